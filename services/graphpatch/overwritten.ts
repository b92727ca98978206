import { listImports } from "../artifact/index.ts";
import type { ModelDeps } from "../artifact/index.ts";
import type { Reader } from "../platform/db/database.ts";
import type { Stretch } from "./branch-lineage.ts";
import { changedField, type ChangedField } from "./record-provenance.ts";

/** Where in a lineage something happened. */
export interface Place {
  /** Of the stretch: 0 is the branch itself, later ones are older. */
  age: number;
  version: number;
}

/** What imports have overwritten: before that, nobody is answerable for it. */
export interface Overwritten {
  /** Of an import that has replaced everything. */
  all: Place | undefined;
  /** Of each field, and with an empty name of each item as a whole, the newest import. */
  fields: readonly (ChangedField & Place)[];
}

/** Of older imports it is not looked up what they changed: as if it were everything. */
const MOST_IMPORTS = 20;

export async function overwrittenIn(
  deps: Pick<ModelDeps, "events" | "objects">,
  reader: Reader,
  stretches: readonly Stretch[],
): Promise<Overwritten> {
  const fields = new Map<string, ChangedField & Place>();
  for (const [age, stretch] of stretches.entries())
    for (const { version, changes } of await listImports(deps, reader, stretch, MOST_IMPORTS)) {
      if (!changes) return { all: { age, version }, fields: [...fields.values()] };
      for (const change of changes) {
        const changed = changedField(change);
        const key = `${changed.itemKind} ${changed.viewId} ${changed.itemId} ${changed.field}`;
        if (!fields.has(key)) fields.set(key, { ...changed, age, version });
      }
    }
  return { all: undefined, fields: [...fields.values()] };
}
