import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { fetchPeople } from "../../rpc/dev-sign-in.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Logo } from "../shell/logo.tsx";
import { PeopleList } from "./people-list.tsx";
import { TokenForm } from "./token-form.tsx";

export function SignInPage({ expired }: { expired: boolean }) {
  return (
    <main className="grid min-h-full place-items-center px-4 py-10">
      <title>Sign in · Ameide</title>
      <div className="w-full max-w-sm">
        <Logo className="mb-6" />
        <h1 className="text-xl font-semibold tracking-tight">Sign in</h1>
        {expired && (
          <div className="mt-4">
            <Notice
              tone="info"
              alert
              title="You were signed out"
              detail="Sign in again to go on where you were."
            />
          </div>
        )}
        <SignInWays />
      </div>
    </main>
  );
}

function SignInWays() {
  const people = useQuery({
    queryKey: ["people"],
    queryFn: ({ signal }) => fetchPeople(signal).then((list) => list ?? null),
  });
  if (people.isPending) return <PeopleSkeleton />;
  if (people.isError) {
    return (
      <Lead text="">
        <Notice
          tone="danger"
          alert
          title="The server cannot be reached"
          detail="Check that it runs and try again."
        >
          <Button size="small" onClick={() => void people.refetch()}>
            Try again
          </Button>
        </Notice>
      </Lead>
    );
  }
  if (people.data === null) {
    return (
      <Lead text="Sign in with your organisation is not configured in this build; paste an access token.">
        <TokenForm />
      </Lead>
    );
  }
  return (
    <Lead text="This server runs with the development issuer. Choose who you are.">
      <PeopleList people={people.data} />
    </Lead>
  );
}

function Lead({ text, children }: { text: string; children: ReactNode }) {
  return (
    <>
      <p className="mt-2 mb-5 text-sm text-muted">{text}</p>
      {children}
    </>
  );
}

function PeopleSkeleton() {
  return (
    <div className="mt-6 space-y-2" role="status" aria-label="Loading">
      <Skeleton className="h-15 rounded-xl" />
      <Skeleton className="h-15 rounded-xl" />
      <Skeleton className="h-15 rounded-xl" />
    </div>
  );
}
