import type { PeerAnswer } from "./peer.ts";

type Commands = Record<string, (argument: never) => unknown>;

/** Answers the parent's commands until it is gone; then runs `stop` and exits. */
export function servePeer(commands: Commands, stop: () => unknown = () => undefined): void {
  const all: Commands = { ready: () => undefined, ...commands };
  const answer = async (command: string, argument: unknown) => {
    const run = all[command];
    if (!run) throw new Error(`there is no command ${command}`);
    return run(argument as never);
  };
  process.on("message", ({ id, command, argument }: { id: number; command: string; argument: unknown }) => {
    const reply = (message: PeerAnswer) => process.connected && process.send?.(message);
    answer(command, argument).then(
      (result) => reply({ id, result }),
      (error: unknown) =>
        reply({ id, error: error instanceof Error ? (error.stack ?? error.message) : "failed" }),
    );
  });
  process.once("disconnect", () => {
    void Promise.resolve(stop()).finally(() => process.exit(0));
  });
}
