/** What somebody is typing, and the id under which it was last sent, so that a retry stays one message. */
export interface Draft {
  text: string;
  requestId?: string;
}

export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const prefix = "ameide.draft.";
const empty: Draft = { text: "" };

export function readDraft(storage: DraftStorage, key: string): Draft {
  const stored = storage.getItem(prefix + key);
  return stored ? (JSON.parse(stored) as Draft) : empty;
}

function write(storage: DraftStorage, key: string, draft: Draft) {
  if (draft.text === "") storage.removeItem(prefix + key);
  else storage.setItem(prefix + key, JSON.stringify(draft));
}

/** Another text is another message, so its request id goes. */
export function editDraft(storage: DraftStorage, key: string, text: string): void {
  if (readDraft(storage, key).text !== text) write(storage, key, { text });
}

/** The request id of this text: the same one until the text changes or is cleared. */
export function claimRequestId(storage: DraftStorage, key: string, text: string): string {
  const draft = readDraft(storage, key);
  if (draft.text === text && draft.requestId) return draft.requestId;
  const requestId = crypto.randomUUID();
  write(storage, key, { text, requestId });
  return requestId;
}

export function clearDraft(storage: DraftStorage, key: string): void {
  storage.removeItem(prefix + key);
}
