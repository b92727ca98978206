import { describe } from "vitest";
import { busContract } from "../../testing/contracts/bus.ts";
import { createInProcessBus } from "./in-process-bus.ts";

describe("the bus within a process", () => {
  busContract(createInProcessBus);
});
