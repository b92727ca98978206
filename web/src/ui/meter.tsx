import { classNames } from "./class-names.ts";

const fills = { accent: "bg-accent", warn: "bg-warn", danger: "bg-danger" };

export interface MeterProps {
  label: string;
  /** How full, 0 to 1. */
  ratio: number;
  valueText: string;
  className?: string;
}

/** A thin bar that turns amber at 80 % and red when full. */
export function Meter({ label, ratio, valueText, className }: MeterProps) {
  const full = Math.min(1, Math.max(0, ratio));
  const tone = full >= 1 ? "danger" : full >= 0.8 ? "warn" : "accent";
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(full * 100)}
      aria-valuetext={valueText}
      className={classNames("h-1.5 overflow-hidden rounded-full bg-hover", className)}
    >
      <div className={classNames("h-full rounded-full", fills[tone])} style={{ width: `${full * 100}%` }} />
    </div>
  );
}
