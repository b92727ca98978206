import { describe } from "vitest";
import { busContract, inThisProcess } from "../../testing/contracts/bus.ts";
import { createInProcessBus } from "./in-process-bus.ts";

describe("the bus within a process", () => {
  busContract(() => inThisProcess(createInProcessBus()));
});
