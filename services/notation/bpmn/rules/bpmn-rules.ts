import type { Rule } from "../../notation.ts";
import { CONTAINMENT_RULES } from "./containment-rules.ts";
import { EVENT_RULES } from "./event-rules.ts";
import { FLOW_RULES } from "./flow-rules.ts";
import { GATEWAY_RULES } from "./gateway-rules.ts";
import { MESSAGE_RULES } from "./message-rules.ts";
import { PROPERTY_RULES } from "./property-rules.ts";

/** What a BPMN model has to be, and what it better is. */
export const BPMN_RULES: readonly Rule[] = [
  ...CONTAINMENT_RULES,
  ...FLOW_RULES,
  ...GATEWAY_RULES,
  ...EVENT_RULES,
  ...MESSAGE_RULES,
  ...PROPERTY_RULES,
];
