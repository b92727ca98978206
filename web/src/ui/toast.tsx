import { X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { useSyncExternalStore } from "react";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.ts";

export interface ToastText {
  title: string;
  detail?: string;
  tone?: "danger" | "plain";
}

interface Shown extends ToastText {
  id: number;
}

let shown: readonly Shown[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Shown[]) {
  shown = next;
  for (const listener of listeners) listener();
}

/** Shows a short note; at most three at a time, the oldest goes first. */
export function toast(text: ToastText): void {
  set([...shown.slice(-2), { ...text, id: nextId++ }]);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toaster() {
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <Radix.Provider duration={8000} label="Notification">
      {toasts.map((each) => (
        <ToastCard key={each.id} toast={each} />
      ))}
      <Radix.Viewport className="fixed right-4 bottom-4 z-[60] flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2 outline-none" />
    </Radix.Provider>
  );
}

function ToastCard({ toast: { id, title, detail, tone } }: { toast: Shown }) {
  return (
    <Radix.Root
      onOpenChange={(open) => !open && set(shown.filter((other) => other.id !== id))}
      className={classNames(
        "flex animate-fade items-start gap-3 rounded-xl border bg-surface p-3.5 shadow-pop",
        tone === "danger" ? "border-danger/50" : "border-line",
      )}
    >
      <div className="min-w-0 grow">
        <Radix.Title className={classNames("text-sm font-semibold", tone === "danger" && "text-danger")}>
          {title}
        </Radix.Title>
        {detail && <Radix.Description className="mt-0.5 text-sm text-muted">{detail}</Radix.Description>}
      </div>
      <Radix.Close asChild>
        <Button tone="ghost" size="small-icon" aria-label="Dismiss" className="-mt-1 -mr-1">
          <X size={15} aria-hidden />
        </Button>
      </Radix.Close>
    </Radix.Root>
  );
}
