import { classNames } from "../../ui/class-names.ts";

export function Logo({ className }: { className?: string }) {
  return (
    <span className={classNames("inline-flex items-center gap-2", className)}>
      <img src="/favicon.svg" alt="" width={24} height={24} />
      <span className="text-[1.0625rem] font-semibold tracking-tight">Ameide</span>
    </span>
  );
}
