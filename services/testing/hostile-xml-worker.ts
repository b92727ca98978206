import { parentPort } from "node:worker_threads";
import { readXml } from "../notation/xml/read-xml.ts";
import { UnreadableModel } from "../notation/problem.ts";

export interface HostileAnswer {
  /** Of the refusal; none: it was accepted. */
  readonly code?: string;
  readonly line?: number;
  /** Bytes that the parser was given. */
  readonly read: number;
}

function answer(file: Uint8Array): HostileAnswer {
  let read = 0;
  try {
    readXml(file, { onProgress: (bytes) => (read = bytes) });
    return { read };
  } catch (error) {
    if (!(error instanceof UnreadableModel)) throw error;
    const { code, line } = error.problem;
    return { code, read, ...(line !== undefined && { line }) };
  }
}

// Files are made elsewhere: here there is only the memory that reading takes.
parentPort?.on("message", (file: Uint8Array) => parentPort?.postMessage(answer(file)));
