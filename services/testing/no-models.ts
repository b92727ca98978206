import type { Modeler, ModelPorts } from "../execution/model-ports.ts";
import type { CallContext } from "../execution/tools/call-tool.ts";

const none = () => Promise.reject(new Error("there are no models here"));

/** For executors whose agents do not work on models. */
export const NO_MODELS: ModelPorts = {
  artifactOfChat: async () => undefined,
  understand: none,
  expand: none,
  find: none,
  validate: none,
  repair: none,
  propose: none,
  decide: none,
};

const modeler: Modeler = {
  tenantId: "tenant",
  userId: "alice",
  agentId: "bpmn",
  agentVersion: "1",
  model: "offline/offline",
  runId: "run",
  chatId: "chat",
};

/** The part of a tool's context that tools without a model do not look at. */
export const MODELING_CONTEXT: Pick<CallContext, "modeler" | "ask" | "suggest"> = {
  modeler,
  ask: () => {
    throw new Error("nobody is there to be asked");
  },
  suggest: () => undefined,
};
