import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { nodeFlags } from "./node-flags.ts";

/** A process of its own that does one side of a comparison. */
export interface Peer {
  pid: number | undefined;
  /** Runs a command there; resolves to what it answers. */
  ask<T = void>(command: string, argument?: unknown): Promise<T>;
  stop(): Promise<void>;
}

export type PeerAnswer = { id: number; result: unknown } | { id: number; error: string };

/** Starts a file that calls `servePeer`. Nothing of this process's environment but the path reaches it. */
export async function startPeer(file: URL, env: Readonly<Record<string, string>> = {}): Promise<Peer> {
  const child = fork(file, {
    env: { PATH: process.env["PATH"], ...env },
    execArgv: nodeFlags(),
    serialization: "advanced",
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on("message", (answer: PeerAnswer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("error" in answer) asked?.reject(new Error(answer.error));
    else asked?.resolve(answer.result);
  });
  child.once("exit", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file.pathname} exited with ${code}`));
  });
  const ask = <T>(command: string, argument?: unknown) =>
    new Promise<T>((resolve, reject) => {
      const id = (lastId += 1);
      waiting.set(id, { resolve: (value) => resolve(value as T), reject });
      child.send({ id, command, argument });
    });
  await ask("ready");
  return { pid: child.pid, ask, stop: () => stopPeer(child) };
}

async function stopPeer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, "exit");
  child.disconnect();
  await exited;
}
