import { GraphOperationSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { create } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { compilePatch, receiptFor } from "../../services/graphpatch/compile/index.ts";
import type { Graph } from "../../services/notation/graph.ts";
import { umlKit } from "../../services/notation/uml/uml-kit.ts";
import type { Database } from "../../services/platform/db/database.ts";
import { generateModel } from "../../services/testing/model-graphs.ts";
import {
  byId,
  connect,
  createdBy,
  openPatchWorld,
  rename,
  type Operation,
} from "../../services/testing/patch-world.ts";

const WARM_UPS = 5;
const PATCHES = 30;

/** Medians over patches that follow each other on one model. */
export async function measurePatches(database: Database, size: number) {
  const world = openPatchWorld(database);
  const artifactId = await world.mint(generateModel("uml", size));
  const times = { propose: [] as Cost[], apply: [] as Cost[], engine: [] as Cost[] };
  for (let n = 0; n < WARM_UPS + PATCHES; n++) {
    const { graph } = await world.load({ artifactId });
    const operations = tenOperations(graph, n);
    times.engine.push(await timed(() => runEngine(graph, operations)));
    let patchId = "";
    times.propose.push(
      await timed(async () => {
        patchId = (await world.client.proposePatch({ artifactId, operations })).patch?.patchId ?? "";
      }),
    );
    times.apply.push(
      await timed(() => world.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() })),
    );
  }
  const [propose, apply, engine] = [medianOf(times.propose), medianOf(times.apply), medianOf(times.engine)];
  return { elements: size, operations: 10, propose, apply, engine, share: round(engine.cpu / apply.cpu) };
}

/** What cannot be done without: compiling, and the hashes of the receipt. */
function runEngine(graph: Graph, given: readonly Operation[]): void {
  const operations = given.map((operation) => create(GraphOperationSchema, operation));
  const compiled = compilePatch({ kit: umlKit, graph, operations, seed: uuidv7() });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  receiptFor(graph, compiled.graph, compiled.changes);
}

/** Four new classes, three new relations to old ones, three new names. */
function tenOperations(graph: Graph, n: number): Operation[] {
  const elements = [...graph.elements.values()];
  const parent = byId(elements.find(({ type }) => type === "package")?.id ?? "");
  const old = elements.filter(({ type }) => type === "class").map(({ id }) => id);
  const at = (i: number) => old[(n * 3 + i) % old.length] ?? "";
  const value = (i: number) => ({ type: "class", name: `New ${n} ${i}`, parent });
  return [
    ...[0, 1, 2, 3].map((i) => ({ id: `a${i}`, operation: { case: "addNode" as const, value: value(i) } })),
    ...[0, 1, 2].map((i) => connect(`c${i}`, createdBy(`a${i}`), byId(at(i)))),
    ...[0, 1, 2].map((i) => rename(`r${i}`, at(i), `Renamed ${n} ${i}`)),
  ];
}

/** Milliseconds on the clock, and of this process, which client and server share. */
interface Cost {
  wall: number;
  cpu: number;
}

async function timed(work: () => unknown): Promise<Cost> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

function medianOf(costs: readonly Cost[]): Cost {
  const counted = costs.slice(WARM_UPS);
  const median = (values: readonly number[]) =>
    round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
  return { wall: median(counted.map(({ wall }) => wall)), cpu: median(counted.map(({ cpu }) => cpu)) };
}

const round = (value: number) => Math.round(value * 100) / 100;
