import type { ModelRule, ModelRuleSchema } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import { ItemKind, Severity } from "@ameide/proto/ameide/model/v1/model_pb.js";
import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import type { CustomRule } from "../../notation/custom-rules.ts";
import { readCondition, type ConditionProblem } from "../../notation/read-custom-rule.ts";
import { AppError } from "../../platform/errors/app-error.ts";

const SEVERITIES = new Map([
  [Severity.ERROR, "error"],
  [Severity.WARNING, "warning"],
  [Severity.INFO, "info"],
] as const);
const CODES = { error: Severity.ERROR, warning: Severity.WARNING, info: Severity.INFO } as const;
const PREFIX = "tenant/";

/** The rules as they are evaluated; refuses all of them with every problem of each. */
export function readRules(messages: readonly ModelRule[]): CustomRule[] {
  const problems: ConditionProblem[] = [];
  const names = new Set<string>();
  const rules = messages.flatMap((message, i) => {
    const { name, severity, says, notation, of, types } = message;
    if (names.has(name)) problems.push({ path: `rules[${i}].name`, message: "is there twice" });
    names.add(name);
    const { condition, problems: found } = readCondition(message.condition ?? {}, `rules[${i}].condition`);
    problems.push(...found);
    if (!condition) return [];
    const rule: CustomRule = {
      id: `${PREFIX}${name}`,
      severity: SEVERITIES.get(severity as Severity.ERROR) ?? "warning",
      says,
      of: of === ItemKind.RELATION ? "relation" : "element",
      condition,
      ...(notation !== "" && { notation }),
      ...(types.length > 0 && { types }),
    };
    return [rule];
  });
  if (problems.length === 0) return rules;
  const told = problems.slice(0, 50).map(({ path, message }) => [path, message] as const);
  const message = `the rules cannot be used: ${told.map(([path, what]) => `${path} ${what}`).join("; ")}`;
  throw new AppError("CONTENT_INVALID", message, { metadata: Object.fromEntries(told) });
}

export const ruleMessage = (rule: CustomRule): MessageInitShape<typeof ModelRuleSchema> => ({
  name: rule.id.slice(PREFIX.length),
  severity: CODES[rule.severity],
  says: rule.says,
  notation: rule.notation ?? "",
  of: rule.of === "relation" ? ItemKind.RELATION : ItemKind.ELEMENT,
  types: [...(rule.types ?? [])],
  condition: rule.condition as unknown as JsonObject,
});
