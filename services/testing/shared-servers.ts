import { inject } from "vitest";
import { knock } from "./server-door.ts";

/** The Redis of this test run, which other tests use at the same time: mint your own keys, never flush it. */
export const sharedRedis = async (): Promise<string> =>
  (await knock<{ url: string }>(inject("serverDoors").redis, "Redis")).url;

/** The NATS server of this test run. Whoever needs streams of their own, or to break it, starts one with `startNats`. */
export const sharedNats = async (): Promise<string> =>
  (await knock<{ url: string }>(inject("serverDoors").nats, "NATS")).url;
