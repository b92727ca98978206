import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactNode } from "react";

export interface SelectOption {
  value: string;
  label: string;
  detail?: string;
}

export interface SelectProps {
  label: string;
  value: string;
  options: readonly SelectOption[];
  onChange: (value: string) => void;
  icon?: ReactNode;
}

export function Select({ label, value, options, onChange, icon }: SelectProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange}>
      <Radix.Trigger
        aria-label={label}
        className="inline-flex h-8 max-w-56 items-center gap-1.5 rounded-lg px-2 text-[0.8125rem] text-muted hover:bg-hover hover:text-text"
      >
        {icon}
        <span className="truncate">
          <Radix.Value />
        </span>
        <ChevronDown size={14} aria-hidden className="shrink-0" />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-80 w-72 max-w-[calc(100vw-1rem)] animate-fade overflow-hidden rounded-xl border border-line bg-surface shadow-pop"
        >
          <Radix.Viewport className="p-1.5">
            {options.map((option) => (
              <Option key={option.value} option={option} />
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Option({ option }: { option: SelectOption }) {
  return (
    <Radix.Item
      value={option.value}
      className="relative flex flex-col rounded-md py-1.5 pr-8 pl-2.5 text-sm outline-none data-[highlighted]:bg-hover"
    >
      <Radix.ItemText>{option.label}</Radix.ItemText>
      {option.detail && <span className="text-xs text-muted">{option.detail}</span>}
      <Radix.ItemIndicator className="absolute top-2 right-2.5">
        <Check size={15} aria-hidden />
      </Radix.ItemIndicator>
    </Radix.Item>
  );
}
