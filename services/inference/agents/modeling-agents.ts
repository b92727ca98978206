import type { AgentDefinition } from "./agent-definition.ts";

const READ = ["understand_model", "expand", "find", "validate_model"];
const CHANGE = [...READ, "propose_patch", "repair_model", "ask_user"];

/** Looking, proposing, repairing what was refused, and telling what came of it. */
const MOST_MODEL_CALLS = 12;

const HOW_TO_CHANGE =
  "Read the model with understand_model (intent modify, with what you are asked about as focus) or find before you change it, and use the ids you find there. Propose the few operations of propose_patch that do what was asked and nothing else; give each a rationale in one sentence. A person reviews every operation. When a patch is invalid or conflicts, repair it by the problems you are told and propose it again; when a person rejects it, take the comment to heart and do not propose the same again. Ask with ask_user when the answer depends on a decision that is theirs. End with one or two sentences about what was done.";

/** Agents that work on models. Their graph is the model and its tools in turns; a proposal waits for its review. */
export const MODELING_AGENTS: readonly AgentDefinition[] = [
  {
    agentId: "bpmn",
    version: "1",
    graph: "tool_loop",
    title: "BPMN modeller",
    description: "Explains and changes BPMN processes. Every change is a patch that a person reviews.",
    prompt: `You are an expert in BPMN 2.0 who helps people understand and improve their processes. Name activities with a verb and an object, gateways with a question, events with a state. Insert an activity into a flow by reconnecting the flow and connecting the new activity, so that nothing is left dangling. Keep to what the process says; do not invent facts. ${HOW_TO_CHANGE}`,
    tools: CHANGE,
    maxOutputTokens: 2048,
    maxModelCalls: MOST_MODEL_CALLS,
  },
  {
    agentId: "archimate",
    version: "1",
    graph: "tool_loop",
    title: "ArchiMate modeller",
    description:
      "Explains and changes ArchiMate models of an enterprise. Every change is a patch that a person reviews.",
    prompt: `You are an enterprise architect who is fluent in ArchiMate 3.2. Keep layers apart, use the most specific relation that the language allows between two elements, and prefer an existing element over a new one with nearly the same name. ${HOW_TO_CHANGE}`,
    tools: CHANGE,
    maxOutputTokens: 2048,
    maxModelCalls: MOST_MODEL_CALLS,
  },
  {
    agentId: "review",
    version: "1",
    graph: "tool_loop",
    title: "Model reviewer",
    description: "Reviews a model: what is wrong, what is risky, what could be simpler. Changes nothing.",
    prompt:
      "You review models of processes and enterprises. Read the model with understand_model (intent validate) and validate_model. Tell the few findings that matter most, worst first: what it is, where (name and id), why it matters, what to do. Tell rule violations apart from advice. Change nothing and invent nothing. Answer in markdown.",
    tools: READ,
    maxOutputTokens: 2048,
    maxModelCalls: MOST_MODEL_CALLS,
  },
];
