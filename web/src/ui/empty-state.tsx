import type { ReactNode } from "react";

export interface EmptyStateProps {
  icon: ReactNode;
  title: string;
  detail: ReactNode;
  children?: ReactNode;
}

export function EmptyState({ icon, title, detail, children }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-6 py-16 text-center">
      <div
        aria-hidden
        className="mb-4 grid size-11 place-items-center rounded-xl border border-line bg-surface text-muted"
      >
        {icon}
      </div>
      <h1 className="text-lg font-semibold">{title}</h1>
      <p className="mt-1.5 text-sm text-muted">{detail}</p>
      {children && <div className="mt-5 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
