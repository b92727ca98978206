import type { RefObject } from "react";
import { useCallback, useEffect, useState } from "react";

const nearPixels = 80;

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
    let stick = true;
    let top = outer.scrollTop;
    const onScroll = () => {
      const near = outer.scrollHeight - outer.scrollTop - outer.clientHeight < nearPixels;
      // Growth moves the end away without a scroll; only scrolling up lets go.
      if (near) stick = true;
      else if (outer.scrollTop < top) stick = false;
      top = outer.scrollTop;
      setAtEnd(near || stick);
    };
    const observer = new ResizeObserver(() => stick && toEnd());
    observer.observe(inner);
    observer.observe(outer);
    outer.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      outer.removeEventListener("scroll", onScroll);
    };
  }, [scroller, content, toEnd]);
  return { atEnd, toEnd };
}
