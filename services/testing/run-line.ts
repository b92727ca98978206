import { ResumeState, type RunFrame, type Snapshot } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import type { MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { RunState, Usage } from "@ameide/proto/ameide/inference/v1/run_pb.js";

/** A reader of raw frames that trusts nothing: any gap, doubled or misplaced delta is written down. */
export interface RunLine {
  frames: RunFrame[];
  /** The text as the frames leave it. */
  text: string;
  epoch: string;
  seq: number;
  /** The latest resume token. */
  token: string;
  /** The terminal state, once it came. */
  state: RunState | undefined;
  usage: Usage | undefined;
  snapshots: Snapshot[];
  /** What broke the contract. */
  faults: string[];
  take(frame: RunFrame): void;
  kinds(): string[];
}

const ENDS: readonly number[] = [3, 4, 5, 6, 7];

export function createRunLine(): RunLine {
  const line: RunLine = {
    frames: [],
    text: "",
    epoch: "",
    seq: 0,
    token: "",
    state: undefined,
    usage: undefined,
    snapshots: [],
    faults: [],
    take: (frame) => take(line, frame),
    kinds: () => line.frames.map(({ frame }) => frame.case ?? "none"),
  };
  return line;
}

function take(line: RunLine, frame: RunFrame): void {
  line.frames.push(frame);
  if (line.state !== undefined) line.faults.push(`${frame.frame.case} after the end`);
  if (frame.resumeToken !== "") line.token = frame.resumeToken;
  if (frame.seq > 0n) place(line, frame);
  if (frame.frame.case === "snapshot") line.epoch = frame.epoch;
  apply(line, frame.frame);
}

function place(line: RunLine, { epoch, seq }: RunFrame): void {
  if (epoch !== line.epoch) {
    if (line.seq > 0) line.faults.push(`epoch changed without a snapshot at ${seq}`);
    line.epoch = epoch;
  }
  if (Number(seq) !== line.seq + 1) line.faults.push(`seq ${seq} after ${line.seq}`);
  line.seq = Number(seq);
}

function apply(line: RunLine, { case: kind, value }: RunFrame["frame"]): void {
  if (kind === "textDelta") {
    const said = [...line.text];
    if (Number(value.offset) !== said.length)
      line.faults.push(`delta at ${value.offset}, not ${said.length}`);
    line.text = said.slice(0, Number(value.offset)).join("") + value.text;
  }
  if (kind === "retract") line.text = [...line.text].slice(0, Number(value.toOffset)).join("");
  if (kind === "resumed" && value.epoch !== "") {
    const goesOn = value.state === ResumeState.CONTINUED && value.epoch === line.epoch;
    if (goesOn && Number(value.nextSeq) > line.seq + 1)
      line.faults.push(`continued at ${value.nextSeq} after ${line.seq}`);
    line.epoch = value.epoch;
    line.seq = Number(value.nextSeq) - 1;
  }
  if (kind === "snapshot") {
    line.snapshots.push(value);
    line.text = textOf(value.parts);
    line.seq = Number(value.seq);
    if ([...line.text].length !== Number(value.textLength)) line.faults.push("a snapshot's length is wrong");
  }
  if (kind === "usage") line.usage = value;
  if (kind === "status" && ENDS.includes(value.state)) line.state = value.state;
}

export function textOf(parts: readonly MessagePart[]): string {
  return parts.map(({ kind }) => (kind.case === "text" ? kind.value.text : "")).join("");
}

/** Reads frames to the end of the stream, or as long as `more` says. */
export async function readInto(
  line: RunLine,
  stream: AsyncIterable<{ frame?: RunFrame | undefined }>,
  more: (line: RunLine) => boolean = () => true,
): Promise<RunLine> {
  for await (const { frame } of stream) {
    if (frame) line.take(frame);
    if (!more(line)) break;
  }
  return line;
}
