import { useCallback, useState } from "react";
import { clearDraft, editDraft, readDraft } from "./draft-store.ts";

/** The text of a composer, kept per chat for as long as the tab lives. */
export function useDraft(key: string) {
  const [text, setText] = useState(() => readDraft(sessionStorage, key).text);
  const edit = useCallback(
    (next: string) => {
      editDraft(sessionStorage, key, next);
      setText(next);
    },
    [key],
  );
  const clear = useCallback(() => {
    clearDraft(sessionStorage, key);
    setText("");
  }, [key]);
  /** Shows text that was taken out for sending again; its request id is still stored. */
  const restore = useCallback((next: string) => setText((now) => (now === "" ? next : now)), []);
  return { text, edit, clear, hide: () => setText(""), restore };
}
