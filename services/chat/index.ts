/** What other slices may use of chats. */
export { appendAnswer, type Answer, type ClosedTurn } from "./append-answer.ts";
export type { Causer, ChatDeps } from "./change-chat.ts";
export { loadReadableChat, mayReadChat } from "./chat-access.ts";
export { deliverMessage } from "./deliver-message.ts";
export { createChatHandlers } from "./handlers.ts";
export { lastLinkedArtifacts } from "./last-linked-artifacts.ts";
export { linkPrimaryChat } from "./link-primary-chat.ts";
export { latestMessages } from "./message-store.ts";
export { spokenText } from "./plain-text.ts";
export { readableChatReference } from "./readable-chat-reference.ts";
export { resumeTurn } from "./resume-turn.ts";
export type { RunForChat, RunPorts } from "./run-ports.ts";
