import type { ReactNode } from "react";
import { useSession } from "../../rpc/use-session.ts";
import { SignInPage } from "./sign-in-page.tsx";

/** Shows the sign-in in place of the page, so that its URL stays what it is. */
export function SignInGate({ children }: { children: ReactNode }) {
  const session = useSession();
  if (session.state === "starting") return null;
  if (session.state === "signed-out") return <SignInPage expired={session.expired} />;
  return children;
}
