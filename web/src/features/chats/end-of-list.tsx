import { useEffect, useRef } from "react";
import { Button } from "../../ui/button.tsx";

export interface EndOfListProps {
  more: boolean;
  busy: boolean;
  onMore: () => void;
}

/** Asks for the next page when it comes into sight; a button for those who do not scroll. */
export function EndOfList({ more, busy, onMore }: EndOfListProps) {
  const end = useRef<HTMLDivElement>(null);
  const ask = useRef(onMore);
  ask.current = onMore;
  useEffect(() => {
    if (!more || busy || !end.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && ask.current(), {
      rootMargin: "200px",
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [more, busy]);
  if (!more) return null;
  return (
    <div ref={end} className="p-2">
      <Button tone="ghost" size="small" className="w-full text-muted" disabled={busy} onClick={onMore}>
        {busy ? "Loading…" : "Show more"}
      </Button>
    </div>
  );
}
