import type { Config } from "../../../platform/config/config.ts";
import { createDenyList } from "./deny-list.ts";
import { createHttpModerator } from "./http-moderator.ts";
import { allOf, onFailure, type Moderator } from "./moderator.ts";

export type ModerationConfig = Pick<
  Config,
  "MODERATION_URL" | "MODERATION_API_KEY" | "MODERATION_MODEL" | "MODERATION_DENY" | "MODERATION_ON_FAILURE"
>;

/** The moderator that is configured; undefined where none is. */
export function createModerator(config: ModerationConfig): Moderator | undefined {
  const { MODERATION_URL: url, MODERATION_DENY: patterns } = config;
  const service =
    url === undefined
      ? []
      : [createHttpModerator({ url, apiKey: config.MODERATION_API_KEY, model: config.MODERATION_MODEL })];
  const list = patterns.length === 0 ? [] : [createDenyList(patterns)];
  return allOf([...list, ...service.map((moderator) => onFailure(moderator, config.MODERATION_ON_FAILURE))]);
}
