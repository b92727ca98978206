import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
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

interface PersonButtonProps {
  person: Person;
  disabled: boolean;
  onClick: () => void;
}

function PersonButton({ person, disabled, onClick }: PersonButtonProps) {
  const details = useId();
  return (
    <div className="group relative flex items-center gap-3 rounded-xl border border-line bg-surface px-3.5 py-2.5 transition-colors hover:bg-hover">
      <Avatar name={person.name} />
      <div className="min-w-0 grow">
        {/* The button's name is short; the button reaches over the whole card. */}
        <button
          type="button"
          aria-describedby={details}
          disabled={disabled}
          onClick={onClick}
          className="block max-w-full truncate text-sm font-medium after:absolute after:inset-0 after:rounded-xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-2 focus-visible:after:outline-accent"
        >
          <span className="sr-only">Sign in as </span>
          {person.name}
        </button>
        <p id={details} className="truncate text-[0.8125rem] text-muted">
          {[person.title, person.role, person.tenant].filter(Boolean).join(" · ")}
        </p>
      </div>
      <ChevronRight
        size={16}
        aria-hidden
        className="text-muted transition-transform group-hover:translate-x-0.5"
      />
    </div>
  );
}
