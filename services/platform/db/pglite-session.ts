import { protocol, type PGlite } from "@electric-sql/pglite";
import type { Answer } from "./in-transaction.ts";
import type { Rows, Statement } from "./sql-driver.ts";
import { decodeValue, encodeParam } from "./text-format.ts";
import { createTurns, type Turns } from "./turns.ts";

const { serialize } = protocol;
/** Beyond this many different texts, the one that was not used for longest is forgotten. */
export const MAX_PREPARED = 500;

interface Prepared {
  name: string;
  /** Type OIDs of the result columns. */
  columns: readonly number[];
}

interface ColumnMessage {
  name: "rowDescription";
  fields: { dataTypeID: number }[];
}
interface RowMessage {
  name: "dataRow";
  fields: (string | null)[];
}
interface TagMessage {
  name: "commandComplete";
  text: string;
}
type Message = ColumnMessage | RowMessage | TagMessage | { name: "other" };

/**
 * The one session of a PGlite, spoken to in the wire protocol with prepared statements: PGlite's own `query`
 * prepares each time, which makes a small transaction four times slower.
 */
export class PgliteSession {
  readonly #pglite: PGlite;
  readonly #prepared = new Map<string, Prepared>();
  readonly #turns: Turns = createTurns();
  #named = 0;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** Runs the statements up to the first that fails; outside a transaction, all or none take effect. */
  async run(statements: readonly Statement[]): Promise<Answer> {
    return (await this.runEach(statements)).at(-1) ?? { rows: [], tag: "" };
  }

  /** The same, with every answer. */
  runEach(statements: readonly Statement[]): Promise<Answer[]> {
    return this.#turns(() => this.#runEach(statements));
  }

  async #runEach(statements: readonly Statement[]): Promise<Answer[]> {
    const parts: Uint8Array[] = [];
    const run: Prepared[] = [];
    for (const { text, params } of statements) {
      const prepared = this.#known(text) ?? (await this.#prepare(text));
      run.push(prepared);
      parts.push(
        serialize.bind({ statement: prepared.name, values: params.map(encodeParam) }),
        serialize.execute({}),
      );
    }
    return answersOf(run, await this.#exchange(parts));
  }

  #known(text: string): Prepared | undefined {
    const known = this.#prepared.get(text);
    if (known === undefined) return undefined;
    // Re-inserting keeps the map in order of use.
    this.#prepared.delete(text);
    this.#prepared.set(text, known);
    return known;
  }

  async #prepare(text: string): Promise<Prepared> {
    const name = `s${(this.#named += 1)}`;
    const parts = this.#forgetEldest();
    parts.push(serialize.parse({ name, text }), serialize.describe({ type: "S", name }));
    const messages = await this.#exchange(parts);
    const description = messages.find((m) => m.name === "rowDescription");
    const entry = { name, columns: description?.fields.map((f) => f.dataTypeID) ?? [] };
    this.#prepared.set(text, entry);
    return entry;
  }

  #forgetEldest(): Uint8Array[] {
    const [eldest] = this.#prepared.size < MAX_PREPARED ? [] : this.#prepared;
    if (eldest === undefined) return [];
    this.#prepared.delete(eldest[0]);
    return [serialize.close({ type: "S", name: eldest[1].name })];
  }

  async #exchange(parts: Uint8Array[]): Promise<readonly Message[]> {
    parts.push(serialize.sync());
    const { messages } = await this.#pglite.execProtocol(Buffer.concat(parts));
    return messages as unknown as readonly Message[];
  }
}

function answersOf(run: readonly Prepared[], messages: readonly Message[]): Answer[] {
  const answers: Answer[] = [];
  let rows: Rows = [];
  for (const message of messages) {
    if (message.name === "commandComplete") {
      answers.push({ rows, tag: message.text });
      rows = [];
    } else if (message.name === "dataRow") {
      const columns = run[answers.length]?.columns;
      rows.push(message.fields.map((value, i) => decodeValue(value, columns?.[i] ?? 0)));
    }
  }
  return answers;
}
