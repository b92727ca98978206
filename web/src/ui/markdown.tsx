import { lazy, Suspense } from "react";

// The parser is a fifth of the page's code, and the first page needs none of it.
const load = () => import("./markdown-renderer.tsx");
const Renderer = lazy(() => load().then((module) => ({ default: module.MarkdownRenderer })));

/** Fetches the parser ahead of the first answer. */
export function preloadMarkdown(): void {
  void load().catch(() => undefined);
}

/** Markdown; plain text for the moment until the parser is there. */
export function Markdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<div className="prose whitespace-pre-wrap">{text}</div>}>
      <Renderer text={text} />
    </Suspense>
  );
}
