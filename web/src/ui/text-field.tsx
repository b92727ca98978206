import type { ComponentProps, ReactNode } from "react";
import { useId } from "react";
import { classNames } from "./class-names.ts";

export interface TextFieldProps extends ComponentProps<"input"> {
  label: string;
  /** Keeps the label for assistive technology only. */
  hideLabel?: boolean;
  icon?: ReactNode;
}

export function TextField({ label, hideLabel = false, icon, className, ...rest }: TextFieldProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "mb-1 block text-sm font-medium"}>
        {label}
      </label>
      <div className="relative">
        {icon !== undefined && (
          <span
            aria-hidden
            className="pointer-events-none absolute inset-y-0 left-2.5 grid place-items-center text-muted"
          >
            {icon}
          </span>
        )}
        <input
          id={id}
          className={classNames(
            "h-9 w-full rounded-lg border border-control/60 bg-surface pr-3 text-sm placeholder:text-muted",
            "focus-visible:outline-offset-0",
            icon === undefined ? "pl-3" : "pl-8",
          )}
          {...rest}
        />
      </div>
    </div>
  );
}
