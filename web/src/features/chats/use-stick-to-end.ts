import type { RefObject } from "react";
import { useCallback, useEffect, useState } from "react";

const nearPixels = 80;
const handMillis = 1000;
const handEvents = ["wheel", "touchmove", "keydown", "pointerdown"] as const;

/** Keeps the newest message in sight while it grows, unless the person has scrolled up. */
export function useStickToEnd(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
) {
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [scroller]);
  useEffect(() => {
    const [outer, inner] = [scroller.current, content.current];
    if (!outer || !inner) return;
    return stickToEnd(outer, inner, setAtEnd);
  }, [scroller, content]);
  return { atEnd, toEnd };
}

function stickToEnd(outer: HTMLElement, inner: HTMLElement, onChange: (atEnd: boolean) => void): () => void {
  let stick = true;
  let top = outer.scrollTop;
  let height = outer.scrollHeight;
  let handAt = -Infinity;
  const onHand = () => (handAt = performance.now());
  const onScroll = () => {
    const near = outer.scrollHeight - outer.scrollTop - outer.clientHeight < nearPixels;
    // Content that shrinks and grows moves the position, too, and that lets go of nothing.
    const meant = outer.scrollHeight === height || performance.now() - handAt < handMillis;
    if (near) stick = true;
    else if (meant && outer.scrollTop < top) stick = false;
    top = outer.scrollTop;
    height = outer.scrollHeight;
    onChange(near || stick);
  };
  const observer = new ResizeObserver(() => {
    height = outer.scrollHeight;
    if (stick) outer.scrollTop = height;
  });
  observer.observe(inner);
  observer.observe(outer);
  outer.addEventListener("scroll", onScroll, { passive: true });
  for (const name of handEvents) outer.addEventListener(name, onHand, { passive: true });
  return () => {
    observer.disconnect();
    outer.removeEventListener("scroll", onScroll);
    for (const name of handEvents) outer.removeEventListener(name, onHand);
  };
}
