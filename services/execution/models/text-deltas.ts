/**
 * Makes pieces of text whole: one that ends in the first half of a surrogate pair keeps it for the next one, and a
 * half that never finds its other becomes U+FFFD.
 */
export interface TextDeltas {
  add(text: string): string;
  /** What is still kept. */
  flush(): string;
}

export function createTextDeltas(): TextDeltas {
  let kept = "";
  return {
    add(text) {
      const all = kept + text;
      kept = endsInHalfPair(all) ? all.slice(-1) : "";
      return (kept === "" ? all : all.slice(0, -1)).toWellFormed();
    },
    flush() {
      const rest = kept.toWellFormed();
      kept = "";
      return rest;
    },
  };
}

function endsInHalfPair(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
