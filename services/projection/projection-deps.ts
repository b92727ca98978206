import type { ContentDeps } from "../artifact/index.ts";
import type { Bus } from "../platform/bus/bus.ts";

/** What reading models the way agents do takes. */
export interface ProjectionDeps extends ContentDeps {
  bus: Bus;
}
