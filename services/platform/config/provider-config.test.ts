import { describe, expect, it } from "vitest";
import { parseConfig } from "./config.ts";

const PROVIDER = { id: "acme", kind: "openai", api_key: "sk-canary", models: [{ name: "m" }] };
const parse = (fields: object = {}, ofModel: object = {}) =>
  parseConfig({
    MODEL_PROVIDERS: JSON.stringify([{ ...PROVIDER, models: [{ name: "m", ...ofModel }], ...fields }]),
  }).MODEL_PROVIDERS;

describe("a provider's configuration", () => {
  it("may say what a model can do, how much it takes and how long it may think", () => {
    const model = {
      capabilities: ["vision"],
      context_tokens: 8000,
      first_token_seconds: 90,
      stall_seconds: 0.5,
    };
    expect(parse({ mask_pii: true, max_parallel: 3 }, model)).toMatchObject([
      { mask_pii: true, max_parallel: 3, models: [model] },
    ]);
  });

  it.each(["https://user:pass-canary@api.example/v1", "https://user@api.example", "https://:pw@api.example"])(
    "holds no credentials in its address (%s), and the refusal does not repeat them",
    (base_url) => {
      expect(() => parse({ base_url })).toThrow(
        /MODEL_PROVIDERS.0.base_url: must not hold a user or a password/,
      );
      expect(() => parse({ base_url })).not.toThrow(/canary/);
    },
  );

  it.each([
    [{ base_url: "ftp://api.example" }, {}, /base_url/],
    [{ max_parallel: 0 }, {}, /max_parallel/],
    [{}, { capabilities: ["telepathy"] }, /capabilities/],
    [{}, { first_token_seconds: 0 }, /first_token_seconds/],
    [{}, { context_tokens: 1.5 }, /context_tokens/],
  ])("refuses %j %j", (fields, ofModel, problem) => {
    expect(() => parse(fields, ofModel)).toThrow(problem);
  });

  it("of a moderation holds no credentials in its address either", () => {
    expect(() => parseConfig({ MODERATION_URL: "https://a:b@mod.example" })).toThrow(/MODERATION_URL/);
  });
});
