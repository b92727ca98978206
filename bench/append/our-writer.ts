import { file_ameide_events_v1_chat_events } from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { createRegistry } from "@bufbuild/protobuf";
import { createInProcessBus } from "../../services/platform/bus/in-process-bus.ts";
import { createDatabase } from "../../services/platform/db/database.ts";
import type { SqlDriver } from "../../services/platform/db/sql-driver.ts";
import { createEventStore } from "../../services/platform/event-store/event-store.ts";
import type { Writer } from "../peers/append-peer.ts";
import { EVENT, newStreamId, TENANT, USER } from "./event.ts";

/** As a verb appends. */
export function ourWriter(driver: SqlDriver): Writer {
  const database = createDatabase(driver);
  const registry = createRegistry(file_ameide_events_v1_chat_events);
  const store = createEventStore({ bus: createInProcessBus(), registry, now: () => new Date() });
  return {
    async append({ events, streams }) {
      const appends = Array.from({ length: streams }, () => ({
        streamId: newStreamId(),
        expectedVersion: 0,
        events: Array.from({ length: events / streams }, () => EVENT),
      }));
      await database.transaction(TENANT, (tx) => store.append(tx, appends, { userId: USER }));
    },
    close: () => database.close(),
  };
}
