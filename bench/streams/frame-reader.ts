import { gunzipSync } from "node:zlib";
import { elapsed, indexAt, timeAt, TOKEN_LENGTH } from "./token-text.ts";

/** What all streams saw together. */
export interface Tally {
  frames: number;
  tokens: number;
  /** How many tokens took so many tenths of a millisecond; the last bucket holds all that took longer. */
  delays: Uint32Array;
  /** What broke the contract, the first few. */
  faults: string[];
}

const MAX_DELAY_TENTHS = 200_000;

export const createTally = (): Tally => ({
  frames: 0,
  tokens: 0,
  delays: new Uint32Array(MAX_DELAY_TENTHS + 1),
  faults: [],
});

const ENVELOPE_BYTES = 5;
const COMPRESSED = 1;
const END_STREAM = 2;
/** Field numbers of RunFrame and of TextDelta. */
const SEQ = 2;
const TEXT_DELTA = 12;
const STATUS = 20;
const TEXT = 2;

/** Reads the body of one WatchRun in binary Connect by hand, which costs the load generator next to nothing. */
export class FrameReader {
  readonly #tally: Tally;
  readonly #now: () => number;
  #rest: Uint8Array | undefined;
  #at = 0;
  #seq = 0;
  #tokens = 0;
  #isOver = false;
  /** Tokens said before were waiting already and tell nothing about delivery. */
  measureFrom: number | undefined;

  constructor(tally: Tally, now: () => number) {
    this.#tally = tally;
    this.#now = now;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** Whether a status was read; the benchmark sends one, at the end. */
  get isOver(): boolean {
    return this.#isOver;
  }

  take(chunk: Uint8Array): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= ENVELOPE_BYTES) {
      const length = uint32(bytes, at + 1);
      const end = at + ENVELOPE_BYTES + length;
      if (end > bytes.length) break;
      this.#envelope(bytes[at] ?? 0, bytes, at + ENVELOPE_BYTES, end);
      at = end;
    }
    this.#rest = at < bytes.length ? bytes.subarray(at) : undefined;
  }

  #envelope(flags: number, bytes: Uint8Array, from: number, end: number): void {
    if ((flags & COMPRESSED) === 0 && (flags & END_STREAM) === 0) return this.#message(bytes, from, end);
    const raw = bytes.subarray(from, end);
    const message = (flags & COMPRESSED) === 0 ? raw : gunzipSync(raw);
    if ((flags & END_STREAM) === 0) this.#message(message, 0, message.length);
    else this.#end(message);
  }

  #end(json: Uint8Array): void {
    const text = Buffer.from(json).toString();
    if (text.includes("error")) this.#fault(text);
  }

  /** The response has one field, the frame. */
  #message(bytes: Uint8Array, from: number, end: number): void {
    this.#at = from + 1;
    this.#varint(bytes);
    this.#tally.frames += 1;
    while (this.#at < end) {
      const tag = this.#varint(bytes);
      const value = this.#varint(bytes);
      const field = tag >>> 3;
      if (field === SEQ) this.#place(value);
      if ((tag & 7) !== 2) continue;
      const fieldEnd = this.#at + value;
      if (field === TEXT_DELTA) this.#text(bytes, fieldEnd);
      if (field === STATUS) this.#isOver = true;
      this.#at = fieldEnd;
    }
  }

  #place(seq: number): void {
    if (seq !== this.#seq + 1) this.#fault(`seq ${seq} after ${this.#seq}`);
    this.#seq = seq;
  }

  #text(bytes: Uint8Array, end: number): void {
    while (this.#at < end) {
      const tag = this.#varint(bytes);
      const value = this.#varint(bytes);
      if (tag >>> 3 !== TEXT) continue;
      const textEnd = this.#at + value;
      for (; this.#at < textEnd; this.#at += TOKEN_LENGTH) this.#token(bytes, this.#at);
    }
  }

  #token(bytes: Uint8Array, at: number): void {
    const index = indexAt(bytes, at);
    if (index !== this.#tokens) this.#fault(`token ${index} instead of ${this.#tokens}`);
    this.#tokens += 1;
    this.#tally.tokens += 1;
    const said = timeAt(bytes, at);
    const now = this.#now();
    if (this.measureFrom === undefined || elapsed(this.measureFrom, said) > elapsed(this.measureFrom, now))
      return;
    const delay = Math.min(elapsed(said, now), MAX_DELAY_TENTHS);
    this.#tally.delays[delay] = (this.#tally.delays[delay] ?? 0) + 1;
  }

  #fault(text: string): void {
    if (this.#tally.faults.length < 5) this.#tally.faults.push(text.slice(0, 200));
  }

  /** The low 32 bits are enough for all that is looked at. */
  #varint(bytes: Uint8Array): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[this.#at++] ?? 0;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)) >>>
  0;
