import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

const tones = {
  danger: { box: "bg-danger-soft border-danger/30", icon: "text-danger", Icon: CircleAlert },
  warn: { box: "bg-warn-soft border-warn/30", icon: "text-warn", Icon: TriangleAlert },
  info: { box: "bg-sunken border-line", icon: "text-muted", Icon: Info },
};

export interface NoticeProps {
  tone: keyof typeof tones;
  title: string;
  detail?: ReactNode;
  /** Announces it at once; for what appears after an action. */
  alert?: boolean;
  children?: ReactNode;
}

/** Says in place what is wrong and what to do; the children are the actions. */
export function Notice({ tone, title, detail, alert = false, children }: NoticeProps) {
  const { box, icon, Icon } = tones[tone];
  return (
    <div
      role={alert ? "alert" : "note"}
      className={classNames("flex gap-2.5 rounded-xl border px-3.5 py-3 text-sm", box)}
    >
      <Icon size={17} aria-hidden className={classNames("mt-0.5 shrink-0", icon)} />
      <div className="min-w-0 grow">
        <p className="font-medium">{title}</p>
        {detail && <p className="mt-0.5 text-muted">{detail}</p>}
        {children && <div className="mt-2.5 flex flex-wrap gap-2">{children}</div>}
      </div>
    </div>
  );
}
