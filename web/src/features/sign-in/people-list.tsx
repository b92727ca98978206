import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { Person } from "../../rpc/session.ts";
import { signInAs } from "../../rpc/session.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { toast } from "../../ui/toast.tsx";

export function PeopleList({ people }: { people: readonly Person[] }) {
  const [busy, setBusy] = useState(false);
  const choose = (id: string) => {
    setBusy(true);
    signInAs(id).catch((error: Error) => {
      setBusy(false);
      toast({ title: "Could not sign in", detail: `${error.message} Try again.`, tone: "danger" });
    });
  };
  return (
    <ul className="space-y-2">
      {people.map((person) => (
        <li key={person.id}>
          <PersonButton person={person} disabled={busy} onClick={() => choose(person.id)} />
        </li>
      ))}
    </ul>
  );
}

function PersonButton({
  person,
  disabled,
  onClick,
}: {
  person: Person;
  disabled: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      aria-label={`Sign in as ${person.name}`}
      disabled={disabled}
      onClick={onClick}
      className="group flex w-full items-center gap-3 rounded-xl border border-line bg-surface px-3.5 py-2.5 text-left transition-colors hover:bg-hover disabled:opacity-60"
    >
      <Avatar name={person.name} />
      <span className="min-w-0 grow">
        <span className="block truncate text-sm font-medium">{person.name}</span>
        <span className="block truncate text-[0.8125rem] text-muted">
          {[person.title, person.role, person.tenant].filter(Boolean).join(" · ")}
        </span>
      </span>
      <ChevronRight
        size={16}
        aria-hidden
        className="text-muted transition-transform group-hover:translate-x-0.5"
      />
    </button>
  );
}
