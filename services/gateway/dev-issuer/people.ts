import type { Role } from "../../platform/auth/scopes.ts";

/** Somebody to sign in as on a development machine. */
export interface Person {
  id: string;
  name: string;
  title: string;
  roles: readonly Role[];
  teams: readonly string[];
  tenant: { id: string; name: string };
}

const ACME = { id: "0199aa00-0000-7000-8000-00000000acde", name: "Acme" };
const GLOBEX = { id: "0199aa00-0000-7000-8000-00000000beef", name: "Globex" };

export const PEOPLE: readonly Person[] = [
  {
    id: "alice",
    name: "Alice Archer",
    title: "Architect",
    roles: ["editor"],
    teams: ["architecture"],
    tenant: ACME,
  },
  {
    id: "bob",
    name: "Bob Becker",
    title: "Reviewer",
    roles: ["reviewer"],
    teams: ["architecture"],
    tenant: ACME,
  },
  { id: "ada", name: "Ada Admin", title: "Administrator", roles: ["admin"], teams: [], tenant: ACME },
  { id: "carol", name: "Carol Castle", title: "Architect", roles: ["editor"], teams: [], tenant: GLOBEX },
];
