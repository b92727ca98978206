import { Code, ConnectError } from "@connectrpc/connect";
import { fetchDevToken } from "./dev-sign-in.ts";
import { readClaims } from "./token-claims.ts";

/** Who is signed in, as far as the page shows it; the server trusts the token alone. */
export interface Person {
  id: string;
  name: string;
  role: string;
  title: string;
  tenant: string;
}

export type Session =
  | { state: "starting" }
  | { state: "signed-out"; expired: boolean }
  | { state: "signed-in"; token: string; person: Person; renewable: boolean };

const tokenKey = "ameide.session";
const personKey = "ameide.person";
const draftPrefix = "ameide.draft.";

let current: Session = { state: "starting" };
let renewal: Promise<string> | undefined;
const listeners = new Set<() => void>();

function set(next: Session) {
  current = next;
  for (const listener of listeners) listener();
}

export function session(): Session {
  return current;
}

export function subscribeSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keep(token: string, person: Person, renewable: boolean) {
  // The token stays in this tab; other tabs only learn who it was and ask for their own.
  sessionStorage.setItem(tokenKey, JSON.stringify({ token, person, renewable }));
  if (renewable) localStorage.setItem(personKey, person.id);
  set({ state: "signed-in", token, person, renewable });
}

/** Takes up the tab's session, or signs in as the person another tab remembers. */
export async function startSession(): Promise<void> {
  addEventListener("storage", (event) => {
    if (event.key === personKey && event.newValue === null) leave(false);
  });
  const stored = sessionStorage.getItem(tokenKey);
  if (stored) return set({ state: "signed-in", ...JSON.parse(stored) });
  const remembered = localStorage.getItem(personKey);
  if (!remembered) return set({ state: "signed-out", expired: false });
  await signInAs(remembered).catch(() => set({ state: "signed-out", expired: false }));
}

export async function signInAs(personId: string): Promise<void> {
  const { token, person } = await fetchDevToken(personId);
  keep(token, person, true);
}

/** Signs in with a token from elsewhere; the claims are read for display only. */
export function signInWithToken(token: string): void {
  keep(token, readClaims(token), false);
}

/** Signs out of every tab and forgets what was typed. */
export function signOut(): void {
  localStorage.removeItem(personKey);
  leave(false);
}

function leave(expired: boolean) {
  sessionStorage.removeItem(tokenKey);
  if (!expired) {
    for (const key of Object.keys(sessionStorage))
      if (key.startsWith(draftPrefix)) sessionStorage.removeItem(key);
  }
  set({ state: "signed-out", expired });
}

/** The tab's token; when it is the one just refused, a fresh one. Throws when there is none to be had. */
export async function currentToken(refused?: string): Promise<string> {
  if (current.state !== "signed-in") throw new ConnectError("nobody is signed in", Code.Unauthenticated);
  if (current.token !== refused) return current.token;
  if (!current.renewable) throw new ConnectError("the token has expired", Code.Unauthenticated);
  renewal ??= renew(current.person.id).finally(() => (renewal = undefined));
  return renewal;
}

async function renew(personId: string): Promise<string> {
  const { token, person } = await fetchDevToken(personId).catch((error: unknown) => {
    // Without a network nobody has refused us: stay, and let the caller try again.
    const code = error instanceof TypeError ? Code.Unavailable : Code.Unauthenticated;
    throw new ConnectError("no fresh token", code);
  });
  keep(token, person, true);
  return token;
}

/** Called when even a fresh token was refused: back to the sign-in, at the same address. */
export function expireSession(): void {
  if (current.state === "signed-in") leave(true);
}
