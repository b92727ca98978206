import { CopyButton } from "./copy-button.tsx";

export interface CodeBlockProps {
  language?: string;
  code: string;
}

export function CodeBlock({ language, code }: CodeBlockProps) {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-sunken">
      <div className="flex h-8 items-center justify-between border-b border-line pr-1 pl-3">
        <span className="font-mono text-xs text-muted">{language || "text"}</span>
        <CopyButton label="Copy code" text={code} />
      </div>
      {/* Scrollable areas must be reachable by keyboard. */}
      <pre tabIndex={0} className="overflow-x-auto p-3 font-mono text-[0.8125rem] leading-relaxed">
        <code>{code}</code>
      </pre>
    </div>
  );
}
