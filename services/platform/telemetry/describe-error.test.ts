import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/pg-proxy";
import { describe, expect, it } from "vitest";
import { requestLog } from "../command/tables.ts";
import { describeError } from "./describe-error.ts";

const CANARY = "what somebody wrote\n    at /home/alice";

/** The error of a statement with the canary among its values. */
async function failedQuery(): Promise<unknown> {
  const detail = `Key (user_id)=(${CANARY}) already exists.`;
  const refused = Object.assign(new Error("duplicate key"), { code: "23505", detail });
  const builder = drizzle(() => Promise.reject(refused));
  return builder
    .select()
    .from(requestLog)
    .where(eq(requestLog.userId, CANARY))
    .then(
      () => undefined,
      (error: unknown) => error,
    );
}

describe("an error in the log", () => {
  it("names the statement that failed and why, but none of its values", async () => {
    const error = await failedQuery();
    expect(String(error)).toContain(CANARY);
    const described = describeError(new Error("outer", { cause: error }));
    expect(described).toMatchObject({ message: "outer", cause: { message: "duplicate key", code: "23505" } });
    expect(described.cause?.query).toContain('from "request_log"');
    expect(described.cause?.stack).toContain("describe-error.test.ts");
    expect(JSON.stringify(described)).not.toContain("what somebody wrote");
  });

  it("has its type, message, stack, code and causes", () => {
    const cause = Object.assign(new TypeError("inner"), { code: "E_INNER" });
    const described = describeError(new RangeError("outer", { cause }));
    expect(described).toMatchObject({
      type: "RangeError",
      message: "outer",
      cause: { type: "TypeError", message: "inner", code: "E_INNER" },
    });
    expect(described.stack).toContain("describe-error.test.ts");
  });

  it.each([
    ["text", "string"],
    [undefined, "undefined"],
    [null, "object"],
    [42, "number"],
  ])("may be anything: %s", (thrown, type) => {
    expect(describeError(thrown)).toEqual({ type, message: String(thrown) });
  });
});
