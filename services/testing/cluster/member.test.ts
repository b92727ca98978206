import { expect, it } from "vitest";
import { createMember } from "./member.ts";

it("a member that ends by itself is started again, and says as which process, so that it can be killed again", async () => {
  let said = "";
  // Without a database it ends at its start.
  const tell = (output: string) => void (said += output);
  const member = await createMember({ name: "worker-1", role: "worker", env: {}, isKept: true, tell });
  await expect(member.start()).rejects.toThrow(/ended at its start/);
  await expect
    .poll(() => said, { timeout: 20_000 })
    .toMatch(/ended; it is started again\nis process \d+ now\n/);
  await member.stop("SIGKILL");
});
