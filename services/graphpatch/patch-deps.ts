import type { Rule } from "../notation/notation.ts";
import type { Reader } from "../platform/db/database.ts";
import type { LoadedModel, ModelDeps } from "../artifact/index.ts";
import type { ModelTurns } from "./model-turns.ts";

/** What patches need of the rest of the program. */
export interface PatchDeps extends ModelDeps {
  turns: ModelTurns;
  /** The tenant's own rules for such a model. */
  rulesOf(reader: Reader, model: Pick<LoadedModel, "notation">): Promise<readonly Rule[]>;
}
