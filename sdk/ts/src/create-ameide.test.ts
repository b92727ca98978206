import { createRouterTransport } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { PUBLIC_SERVICES } from "../../../services/gateway/gateway.ts";
import { createAmeide } from "./create-ameide.ts";

const ameide = createAmeide({
  baseUrl: "https://in-memory",
  token: "t1",
  transport: () => createRouterTransport(() => undefined),
});

it.each(PUBLIC_SERVICES)("has a client for every RPC of $typeName", ({ methods }) => {
  const names = methods.map(({ localName }) => localName);
  const clients = Object.values(ameide).filter((part): part is object => typeof part === "object");
  expect(clients.some((client) => names.every((name) => name in client))).toBe(true);
});
