import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";

const tones = {
  primary: "bg-accent text-accent-text hover:bg-accent-strong",
  plain: "border border-line bg-surface hover:bg-hover",
  ghost: "hover:bg-hover",
  danger: "bg-danger text-danger-text hover:opacity-90",
};

const sizes = {
  medium: "h-9 px-3.5 gap-2 text-sm",
  small: "h-7 px-2.5 gap-1.5 text-[0.8125rem]",
  icon: "size-9 shrink-0",
  "small-icon": "size-7 shrink-0",
};

export interface ButtonProps extends ComponentProps<"button"> {
  tone?: keyof typeof tones;
  size?: keyof typeof sizes;
  /** Renders the only child, such as a link, with the look of a button. */
  asChild?: boolean;
}

export function Button({
  tone = "plain",
  size = "medium",
  asChild = false,
  className,
  ...rest
}: ButtonProps) {
  const Element = asChild ? Slot.Root : "button";
  return (
    <Element
      {...(asChild ? {} : { type: "button" })}
      className={classNames(
        "inline-flex items-center justify-center rounded-lg font-medium whitespace-nowrap select-none",
        "transition-colors disabled:cursor-not-allowed disabled:opacity-50",
        tones[tone],
        sizes[size],
        className,
      )}
      {...rest}
    />
  );
}
