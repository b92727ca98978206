import { createContextKey, type ContextValues, type HandlerContext } from "@connectrpc/connect";
import { AppError } from "../errors/app-error.ts";
import type { Actor } from "./actor.ts";

const actorKey = createContextKey<Actor | undefined>(undefined, { description: "who calls" });

export function setActor(values: ContextValues, actor: Actor): void {
  values.set(actorKey, actor);
}

/** Who calls, as the authentication found out. */
export function actorOf(context: Pick<HandlerContext, "values">): Actor {
  const actor = context.values.get(actorKey);
  if (!actor) throw new AppError("UNAUTHENTICATED", "sign in first");
  return actor;
}
