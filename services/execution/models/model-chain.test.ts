import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { configOf } from "../../testing/fake-provider.ts";
import { createModelChain, reasonToSkip } from "./model-chain.ts";
import { createModelFactory } from "./model-factory.ts";
import { DEFAULT_PATIENCE } from "./patience.ts";
import { ProviderFailed } from "./provider-failure.ts";

const NEEDS = { capabilities: [], inputTokens: 10, maxOutputTokens: 10 };

function chainOf(first: string, fields: Parameters<typeof configOf>[2] = {}) {
  const providers = ["one", "two"].map((id) => configOf("http://127.0.0.1:1/v1", id, fields));
  const factory = createModelFactory({ providers, offlineTokensPerSecond: 0, patience: DEFAULT_PATIENCE });
  const models = factory.list().map(({ info }) => info);
  return { factory, chain: createModelChain({ factory, first, models }) };
}

describe("the chain of a run", () => {
  it("begins with the run's own model, and the offline model takes nobody's place", () => {
    expect(
      chainOf("two/fake-1")
        .chain.inOrder()
        .map(({ ref }) => ref),
    ).toEqual(["two/fake-1", "one/fake-1"]);
    const { factory } = chainOf("one/fake-1");
    const models = [...factory.list(), factory.find("offline/offline")].flatMap((model) => model?.info ?? []);
    const chain = createModelChain({ factory, first: "gone/model", models });
    expect(chain.inOrder().map(({ ref }) => ref)).toEqual(["gone/model", "one/fake-1", "two/fake-1"]);
  });

  it("asks those last that failed", () => {
    const { chain } = chainOf("one/fake-1");
    const [one] = chain.inOrder();
    if (one) chain.hasFailed(one);
    expect(chain.inOrder().map(({ ref }) => ref)).toEqual(["two/fake-1", "one/fake-1"]);
  });

  it("tells readers of a model only when they know of another one", () => {
    const { chain } = chainOf("one/fake-1");
    const [one, two] = chain.inOrder();
    const told = [one, two, two, one].flatMap((link) => (link ? [chain.tell(link)] : []));
    expect(told).toEqual([false, true, false, true]);
  });
});

describe("the patience with a model", () => {
  it("is longer where it thinks before it speaks, and its own where it is configured", () => {
    const patienceWith = (fields: Parameters<typeof configOf>[2]) =>
      chainOf("one/fake-1", fields).chain.inOrder()[0]?.model?.patience;
    expect(patienceWith({})).toMatchObject({ firstToken: 30_000, betweenTokens: 30_000 });
    expect(patienceWith({ capabilities: ["reasoning"] })).toMatchObject({ firstToken: 120_000 });
    const own = { capabilities: ["reasoning" as const], first_token_seconds: 7, stall_seconds: 9 };
    expect(patienceWith(own)).toMatchObject({ firstToken: 7_000, betweenTokens: 9_000 });
  });
});

describe("a model is skipped", () => {
  it("while its breaker is open, before anybody waits for a slot", async () => {
    const { chain } = chainOf("one/fake-1");
    const [link] = chain.inOrder();
    expect(link && reasonToSkip(link, NEEDS)).toBeUndefined();
    for (let i = 0; i < 5; i += 1) link?.model?.guard.begin().failed(new ProviderFailed("cannot be reached"));
    await nextTurn();
    const what = "is not asked for a while, because it cannot be reached";
    expect(link && reasonToSkip(link, NEEDS)).toMatchObject({ what });
  });

  it("without a price, unless it is the run's own: that one is refused as at admission", () => {
    const [own, other] = chainOf("one/fake-1", { price: undefined }).chain.inOrder();
    expect(own && reasonToSkip(own, NEEDS)).toBeUndefined();
    expect(other && reasonToSkip(other, NEEDS)).toMatchObject({ what: "has no price" });
  });
});
