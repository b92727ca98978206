/* Libraries that bring no types for these entries. */

declare module "bpmnlint/rules/*.js" {
  import type { RuleFactory } from "bpmnlint/lib/types.js";
  const factory: RuleFactory;
  export = factory;
}

declare module "bpmnlint" {
  import type { Config, Resolver } from "bpmnlint/lib/types.js";
  export class Linter {
    constructor(options: { config: Config; resolver: Resolver });
    /** By rule: what it says. */
    lint(rootElement: unknown): Promise<Record<string, readonly { id?: string; message: string }[]>>;
  }
}

declare module "bpmn-moddle" {
  export class BpmnModdle {
    /** Rejects what it cannot read; what it does not know it drops. */
    fromXML(xml: string): Promise<{ rootElement: unknown }>;
  }
}

declare module "bpmn-auto-layout" {
  /** The same process with a diagram; what was drawn before is gone. */
  export function layoutProcess(xml: string): Promise<string>;
}
