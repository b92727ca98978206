import { TriangleAlert } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";

/** Stands in for a page whose code failed; what was typed is kept and shown again after a reload. */
export function PageError() {
  return (
    <EmptyState
      icon={<TriangleAlert size={20} />}
      title="This page has a problem"
      detail="The fault is ours. Reload the page; what you typed is kept."
    >
      <Button tone="primary" onClick={() => location.reload()}>
        Reload
      </Button>
    </EmptyState>
  );
}
