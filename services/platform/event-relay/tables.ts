import { bigint, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { xid8 } from "../event-store/tables.ts";

export const relayCheckpoints = pgTable("relay_checkpoints", {
  relay: text("relay").notNull(),
  tx: xid8("tx").notNull(),
  position: bigint("position", { mode: "bigint" }).notNull(),
  holder: text("holder").notNull(),
  leaseUntil: timestamp("lease_until", { withTimezone: true }).notNull(),
  updateTime: timestamp("updated_at", { withTimezone: true }).notNull(),
});
