import { classNames } from "./class-names.ts";

/** A grey bar where text will be. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={classNames("animate-blink rounded-md bg-hover", className)} />;
}
