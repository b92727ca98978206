import { BpmnModdle } from "bpmn-moddle";
import { Linter } from "bpmnlint";
import type { Problem } from "../../problem.ts";
import { RECOMMENDED } from "./recommended.ts";

const linter = new Linter({
  config: { rules: Object.fromEntries(Object.keys(RECOMMENDED).map((name) => [name, "warn"])) },
  resolver: {
    resolveRule: (_package: string, name: string) => {
      const rule = RECOMMENDED[name];
      if (!rule) throw new Error(`bpmnlint has no rule ${name} here`);
      return rule;
    },
    resolveConfig: () => ({ rules: {} }),
  },
});

/**
 * What bpmnlint would do better, as advice: never of severity "error". It builds a tree of its own, so it is asked when
 * somebody wants advice, and not on each change. A file that its parser refuses gives one problem that says so.
 */
export async function lintBpmn(xml: string): Promise<Problem[]> {
  let rootElement: unknown;
  try {
    ({ rootElement } = await new BpmnModdle().fromXML(xml));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [
      { severity: "warning", code: "bpmnlint/unreadable", message: `bpmnlint cannot read the model: ${why}` },
    ];
  }
  const results = await linter.lint(rootElement);
  return Object.entries(results).flatMap(([rule, reports]) =>
    reports.map(({ id, message }): Problem => {
      const about = id === undefined ? {} : { itemId: id };
      return { severity: "warning", code: `bpmnlint/${rule}`, message, ...about };
    }),
  );
}
