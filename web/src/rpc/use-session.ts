import { useSyncExternalStore } from "react";
import type { Person, Session } from "./session.ts";
import { session, subscribeSession } from "./session.ts";

export function useSession(): Session {
  return useSyncExternalStore(subscribeSession, session);
}

/** The signed-in person; only below the sign-in gate. */
export function usePerson(): Person {
  const now = useSession();
  if (now.state !== "signed-in") throw new Error("nobody is signed in");
  return now.person;
}
