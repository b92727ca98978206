import { expect, it } from "vitest";
import { printerFor } from "./prefixed-lines.ts";

it("lines that come in pieces and in turns are printed whole, with who said them", () => {
  let printed = "";
  const say = printerFor((text) => (printed += text));
  say("gateway-1", "one\ntw");
  say("worker-1", "three\n");
  say("gateway-1", "o\n");
  expect(printed.split("\n")).toEqual(["gateway-1  | one", "worker-1   | three", "gateway-1  | two", ""]);
});
