import {
  AgentGraph,
  type AgentOverride,
  type AgentSpec,
} from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import type { Capability } from "../../platform/config/provider-config.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import type { ModelInfo } from "../model-catalog.ts";
import { lacking } from "../route-models.ts";
import { needsOf } from "./agent-definition.ts";
import { DEFAULT_AGENT_ID } from "./built-in-agents.ts";
import type { Share } from "./pick-version.ts";

/** Something that does not fit, and where. */
export interface Problem {
  path: string;
  message: string;
}

/** What agents can be made of. */
export interface Parts {
  tools: ReadonlySet<string>;
  /** All that are configured. */
  models: readonly ModelInfo[];
}

/** All that is wrong with a definition; what the contract already says is not asked again. */
export function checkSpec(parts: Parts, spec: AgentSpec): Problem[] {
  return [
    ...checkGraph(spec),
    ...checkTools(parts.tools, "spec.tools", spec.tools),
    ...checkModels(parts, spec),
  ];
}

function checkGraph({ graph, tools, maxModelCalls }: AgentSpec): Problem[] {
  const problems: Problem[] = [];
  if (graph === AgentGraph.CHAT && tools.length > 0)
    problems.push({ path: "spec.tools", message: "a CHAT calls no tools; take TOOL_LOOP" });
  if (graph === AgentGraph.CHAT && maxModelCalls > 1)
    problems.push({ path: "spec.max_model_calls", message: "a CHAT makes one model call; take TOOL_LOOP" });
  if (graph === AgentGraph.TOOL_LOOP && maxModelCalls === 1)
    problems.push({
      path: "spec.max_model_calls",
      message: "a TOOL_LOOP needs at least 2: to call a tool and to answer",
    });
  return problems;
}

function checkTools(known: ReadonlySet<string>, path: string, tools: readonly string[]): Problem[] {
  const there = [...known].toSorted().join(", ");
  return tools.flatMap((tool, i) => {
    if (!known.has(tool))
      return [{ path: `${path}[${i}]`, message: `there is no tool ${tool}; there are ${there}` }];
    return tools.indexOf(tool) < i ? [{ path: `${path}[${i}]`, message: `${tool} is named twice` }] : [];
  });
}

function checkModels({ models }: Parts, spec: AgentSpec): Problem[] {
  const needs = needsOf({ tools: spec.tools, needs: spec.needs as Capability[] });
  const problems = spec.models.flatMap((ref, i): Problem[] => {
    const path = `spec.models[${i}]`;
    const model = models.find((m) => m.ref === ref);
    if (!model)
      return [
        { path, message: `there is no model ${ref}; there are ${models.map((m) => m.ref).join(", ")}` },
      ];
    if (spec.models.indexOf(ref) < i) return [{ path, message: `${ref} is named twice` }];
    const missing = lacking(model, needs);
    return missing.length > 0 ? [{ path, message: `${ref} cannot do ${missing.join(", ")}` }] : [];
  });
  if (spec.models.length === 0 && !models.some((model) => lacking(model, needs).length === 0))
    problems.push({ path: "spec.needs", message: `no model can do all of ${needs.join(", ")}` });
  return problems;
}

/** `versions` are those of the shares that exist. */
export function checkShares(
  shares: readonly Share[],
  versions: ReadonlySet<string>,
  isBuiltIn: boolean,
): Problem[] {
  const problems = shares.flatMap(({ version }, i) =>
    missingVersion(`shares[${i}].version`, version, versions),
  );
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  if (shares.length > 0 && sum !== 100)
    problems.push({ path: "shares", message: `they add up to ${sum}, not to 100` });
  if (shares.length === 0 && !isBuiltIn)
    problems.push({
      path: "shares",
      message: "an agent of your own has no operator's rollout; name a version",
    });
  return problems;
}

export function checkOverride(
  parts: Parts,
  { agentId, override }: { agentId: string; override: AgentOverride },
  versions: ReadonlySet<string>,
): Problem[] {
  const problems = checkTools(parts.tools, "override.only_tools.tools", override.onlyTools?.tools ?? []);
  if (override.pinnedVersion !== "")
    problems.push(...missingVersion("override.pinned_version", override.pinnedVersion, versions));
  if (override.disabled && agentId === DEFAULT_AGENT_ID)
    problems.push({ path: "override.disabled", message: "the agent that answers when none is named stays" });
  return problems;
}

const missingVersion = (path: string, version: string, versions: ReadonlySet<string>): Problem[] =>
  versions.has(version) ? [] : [{ path, message: `the agent has no version ${version}` }];

/** Throws AGENT_DEFINITION_INVALID with all of them. */
export function refuseProblems(agentId: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const told = problems.map(({ path, message }) => `${path}: ${message}`);
  throw new AppError("AGENT_DEFINITION_INVALID", `${agentId} cannot be like that: ${told.join("; ")}`, {
    metadata: Object.fromEntries(problems.map(({ path, message }) => [path, message])),
  });
}
