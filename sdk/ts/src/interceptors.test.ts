import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { ErrorInfoSchema, RetryInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { Code, ConnectError, createRouterTransport, type Interceptor } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AmeideOptions, createAmeide } from "./create-ameide.ts";
import { inVirtualTime, useVirtualTime } from "./testing/virtual-time.ts";

beforeEach(useVirtualTime);
afterEach(() => vi.useRealTimers());

const REQUEST_ID = "0190a000-0000-7000-8000-0000000000ff";

/** A server that answers each call with the next of these; undefined is success. */
function server(...answers: (Code | ConnectError | undefined)[]) {
  const tokens: (string | null)[] = [];
  const answer = (header: Headers) => {
    tokens.push(header.get("authorization"));
    const next = answers.shift();
    if (next !== undefined) throw next instanceof ConnectError ? next : new ConnectError("no", next);
    return {};
  };
  const connect = (options: Partial<AmeideOptions> = {}) =>
    createAmeide({
      baseUrl: "https://in-memory",
      token: "t1",
      ...options,
      transport: ({ interceptors }) =>
        createRouterTransport(
          ({ service }) => {
            service(ChatQueryService, { getChat: (_, { requestHeader }) => answer(requestHeader) });
            service(ChatCommandService, {
              createChat: (_, { requestHeader }) => answer(requestHeader),
              sendMessage: (_, { requestHeader }) => answer(requestHeader),
            });
          },
          { transport: { interceptors } },
        ),
    });
  return { connect, tokens };
}

describe("a token", () => {
  it("is sent as a bearer, and an empty one is not sent", async () => {
    const { connect, tokens } = server();
    await connect().chatQueries.getChat({});
    await connect({ token: "" }).chatQueries.getChat({});
    expect(tokens).toEqual(["Bearer t1", null]);
  });

  it("is asked for before every call, and renewed once when it is refused", async () => {
    const { connect, tokens } = server(undefined, Code.Unauthenticated);
    let valid = 1;
    const token = vi.fn<(refused?: string) => Promise<string>>(
      async (refused) => `t${refused === `t${valid}` ? ++valid : valid}`,
    );
    const ameide = connect({ token });
    await ameide.chatQueries.getChat({});
    await ameide.chatQueries.getChat({});
    expect(tokens).toEqual(["Bearer t1", "Bearer t1", "Bearer t2"]);
    expect(token.mock.calls).toEqual([[undefined], [undefined], ["t1"]]);
  });

  it("that is refused and cannot be renewed is an error", async () => {
    for (const token of ["t1", () => "t1"]) {
      const { connect, tokens } = server(Code.Unauthenticated, Code.Unauthenticated);
      const refused = connect({ token }).chatQueries.getChat({});
      await expect(refused).rejects.toMatchObject({ code: Code.Unauthenticated });
      expect(tokens).toHaveLength(1);
    }
  });

  it("that is refused twice is an error", async () => {
    const { connect, tokens } = server(Code.Unauthenticated, Code.Unauthenticated);
    let count = 0;
    const refused = connect({ token: () => `t${count++}` }).chatQueries.getChat({});
    await expect(refused).rejects.toMatchObject({ code: Code.Unauthenticated });
    expect(tokens).toEqual(["Bearer t0", "Bearer t1"]);
  });
});

describe("a retry", () => {
  const retry = { maxAttempts: 3 };

  it("is not made unless asked for", async () => {
    const { connect, tokens } = server(Code.Unavailable);
    await expect(connect().chatQueries.getChat({})).rejects.toMatchObject({ code: Code.Unavailable });
    expect(tokens).toHaveLength(1);
  });

  it("repeats reads, and commands with a request id, while the server is unavailable", async () => {
    const { connect, tokens } = server(Code.Unavailable, Code.Unavailable, undefined, Code.Unavailable);
    const ameide = connect({ retry });
    await inVirtualTime(ameide.chatQueries.getChat({}));
    await inVirtualTime(ameide.chatCommands.sendMessage({ requestId: REQUEST_ID }));
    expect(tokens).toHaveLength(5);
  });

  it("does not repeat commands without one", async () => {
    const { connect, tokens } = server(Code.Unavailable);
    const created = connect({ retry }).chatCommands.createChat({ title: "x" });
    await expect(inVirtualTime(created)).rejects.toMatchObject({ code: Code.Unavailable });
    expect(tokens).toHaveLength(1);
  });

  it.each([Code.Internal, Code.Aborted, Code.DeadlineExceeded, Code.ResourceExhausted])(
    "does not repeat what failed with code %i",
    async (code) => {
      const { connect, tokens } = server(code);
      await expect(inVirtualTime(connect({ retry }).chatQueries.getChat({}))).rejects.toMatchObject({ code });
      expect(tokens).toHaveLength(1);
    },
  );

  it("repeats any call that was refused for its rate, when the server says it may come", async () => {
    const details = [
      { desc: ErrorInfoSchema, value: { domain: "ameide", reason: "RATE_LIMITED" } },
      { desc: RetryInfoSchema, value: { retryDelay: { seconds: 30n } } },
    ];
    const limited = new ConnectError("slower", Code.ResourceExhausted, {}, details);
    const { connect, tokens } = server(limited, limited, undefined);
    await inVirtualTime(connect({ retry }).chatCommands.createChat({ title: "x" }));
    expect(tokens).toHaveLength(3);
    expect(performance.now()).toBe(60_000);
  });

  it("ends with the last attempt", async () => {
    const { connect, tokens } = server(...Array<Code>(9).fill(Code.Unavailable));
    const failed = connect({ retry }).chatQueries.getChat({});
    await expect(inVirtualTime(failed)).rejects.toMatchObject({ code: Code.Unavailable });
    expect(tokens).toHaveLength(3);
  });

  it("comes no sooner than the server asks, and not for a caller who left", async () => {
    const value = { retryDelay: { seconds: 60n } };
    const busy = new ConnectError("busy", Code.Unavailable, {}, [{ desc: RetryInfoSchema, value }]);
    const { connect } = server(busy, undefined, busy);
    const ameide = connect({ retry });
    await inVirtualTime(ameide.chatQueries.getChat({}));
    expect(performance.now()).toBe(60_000);
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 1000);
    const left = ameide.chatQueries.getChat({}, { signal: caller.signal });
    await expect(inVirtualTime(left)).rejects.toMatchObject({ code: Code.Canceled });
    expect(performance.now()).toBe(61_000);
  });
});

describe("further interceptors", () => {
  it("stand outside of the SDK's own", async () => {
    const { connect } = server(Code.Unavailable, undefined);
    const seen: boolean[] = [];
    const spy: Interceptor = (next) => async (req) => {
      seen.push(req.header.has("authorization"));
      return await next(req);
    };
    await inVirtualTime(connect({ retry: { maxAttempts: 2 }, interceptors: [spy] }).chatQueries.getChat({}));
    expect(seen).toEqual([false]);
  });
});
