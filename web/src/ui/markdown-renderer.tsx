import { Square, SquareCheck } from "lucide-react";
import { memo } from "react";
import type { ComponentProps, ReactElement, ReactNode } from "react";
import ReactMarkdown from "react-markdown";
import type { Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./code-block.tsx";

const plugins = [remarkGfm];

function fenced({ children }: ComponentProps<"pre">) {
  const code = children as ReactElement<{ className?: string; children?: unknown }>;
  const language = /language-(\S+)/.exec(code.props.className ?? "")?.[1];
  return <CodeBlock language={language} code={String(code.props.children ?? "").replace(/\n$/, "")} />;
}

// An address that react-markdown found dangerous is empty, and then this is plain text.
function Outward({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (!href) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

const components: Components = {
  pre: fenced,
  a: ({ href, children }) => <Outward href={href}>{children}</Outward>,
  table: ({ children }) => (
    <div tabIndex={0} role="group" aria-label="Table" className="overflow-x-auto">
      <table>{children}</table>
    </div>
  ),
  // Task lists are for reading here, so these are pictures and no controls.
  input: ({ checked }) => {
    const Box = checked ? SquareCheck : Square;
    return (
      <Box
        size={15}
        role="img"
        aria-label={checked ? "Done:" : "Open:"}
        className="mr-1.5 inline text-muted"
      />
    );
  },
  // Loading a picture would tell a stranger who reads this, so it becomes a link.
  img: ({ src, alt }) => (
    <Outward href={typeof src === "string" ? src : undefined}>{alt || "picture"}</Outward>
  ),
};

/** Markdown without raw HTML; react-markdown drops script addresses by itself. */
export const MarkdownRenderer = memo(function MarkdownRenderer({ text }: { text: string }) {
  return (
    <div className="prose">
      <ReactMarkdown remarkPlugins={plugins} components={components}>
        {text}
      </ReactMarkdown>
    </div>
  );
});
