import { SaxesParser } from "saxes";
import { archimateCodec } from "../services/notation/archimate/archimate-codec.ts";
import { bpmnCodec } from "../services/notation/bpmn/codec.ts";
import type { Codec } from "../services/notation/notation.ts";
import { readXml } from "../services/notation/xml/read-xml.ts";
import { heldMegabytes } from "../services/testing/held-memory.ts";
import { HOSTILE_XML } from "../services/testing/hostile-xml.ts";
import { alternate, median, timed, type Round } from "./harness/rounds.ts";
import { archimateFile, bpmnFile } from "./import/model-files.ts";

const MEGABYTE = 1_000_000;
/** The file ends after the part that reaches its size. */
const SLACK = 10_000;
const CHUNK = 64 * 1024;
/** The most that an import takes is 64 MiB. */
const LARGE = Number(process.env["BENCH_IMPORT_MEGABYTES"] ?? 67);

interface Case {
  readonly name: string;
  readonly codec: Codec;
  readonly file: (bytes: number) => Uint8Array;
  readonly megabytes: number;
  readonly rounds: number;
}

const BPMN = { name: "bpmn", codec: bpmnCodec as Codec, file: bpmnFile };
const ARCHIMATE = { name: "archimate", codec: archimateCodec as Codec, file: archimateFile };
const CASES: readonly Case[] = [
  { ...BPMN, megabytes: 2, rounds: 7 },
  { ...ARCHIMATE, megabytes: 2, rounds: 7 },
  { ...BPMN, megabytes: LARGE, rounds: 1 },
  { ...ARCHIMATE, megabytes: LARGE, rounds: 1 },
];

/** MB/s of the XML reader and of a whole import, against bare saxes over the same file; and how attacks end. */
export async function importModels() {
  const cases = [];
  for (const one of CASES) cases.push(await measure(one));
  return {
    share: Math.min(...cases.map(({ share }) => share)),
    unit: "MB/s",
    cases,
    hostile: hostile(),
    target: 0.5,
  };
}

async function measure({ name, codec, file: make, megabytes, rounds }: Case) {
  const file = make(megabytes * MEGABYTE - SLACK);
  const size = file.length / MEGABYTE;
  const round = (work: () => unknown): Promise<Round> => timed(process.pid, size, async () => work());
  const reader = await alternate(
    rounds,
    () => round(() => readXml(file)),
    () => round(() => readBare(file)),
  );
  const imports = [];
  for (let turn = 0; turn < rounds; turn++) imports.push(await round(() => codec.read(file)));
  return {
    model: name,
    megabytes: rounded(size),
    ...reader,
    /** File to graph. */
    wholeImport: {
      megabytesPerSecond: rounded(median(imports.map(({ unitsPerSecond }) => unitsPerSecond))),
      cpuSeconds: rounded((median(imports.map(({ cpuMicrosPerUnit }) => cpuMicrosPerUnit)) * size) / 1e6),
      heldMegabytes: heldBy(() => codec.read(file)),
    },
  };
}

/** What saxes itself takes for the same events, in the same pieces. */
function readBare(file: Uint8Array): number {
  const parser = new SaxesParser({ xmlns: true });
  let events = 0;
  parser.on("error", (error) => {
    throw error;
  });
  for (const event of ["opentag", "closetag", "text", "comment"] as const) parser.on(event, () => events++);
  const decoder = new TextDecoder();
  for (let at = 0; at < file.length; at += CHUNK) {
    parser.write(decoder.decode(file.subarray(at, at + CHUNK), { stream: true }));
  }
  parser.close();
  return events;
}

/** What the graph and its source take as long as somebody holds them. */
function heldBy(work: () => unknown): number {
  const before = heldMegabytes();
  const kept = [work()];
  const held = Math.round(heldMegabytes() - before);
  return kept.length === 0 ? 0 : held;
}

/** Attacks are refused within 50 ms, whatever their size. */
function hostile() {
  const refusals = HOSTILE_XML.map(({ name, file: make }) => {
    const file = make();
    let read = 0;
    const started = performance.now();
    try {
      readXml(file, { onProgress: (bytes) => (read = bytes) });
    } catch {
      return { name, ms: performance.now() - started, read };
    }
    throw new Error(`${name} was accepted`);
  });
  const slowest = refusals.reduce((a, b) => (a.ms > b.ms ? a : b));
  const most = refusals.reduce((a, b) => (a.read > b.read ? a : b));
  return {
    attacks: refusals.length,
    slowest: { name: slowest.name, ms: rounded(slowest.ms) },
    mostRead: { name: most.name, kilobytes: Math.round(most.read / 1000) },
    target: "50 ms",
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
