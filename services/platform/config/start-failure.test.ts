import { expect, it } from "vitest";
import { ConfigError } from "./config.ts";
import { startFailure } from "./start-failure.ts";

it("a failure of the surroundings says what to do, without a stack", () => {
  const error = Object.assign(new Error("listen EADDRINUSE: 127.0.0.1:8080"), { code: "EADDRINUSE" });
  expect(startFailure(error)).toBe(
    "listen EADDRINUSE: 127.0.0.1:8080\nAnother program listens there: stop it, or set PORT to another port.",
  );
});

it("a refused configuration is told as it is", () => {
  expect(startFailure(new ConfigError("PORT: is no number"))).toBe("PORT: is no number");
});

it("a failure of our own says where it broke", () => {
  expect(startFailure(new TypeError("oops"))).toContain("start-failure.test.ts");
});
