import type { IncomingMessage, ServerResponse } from "node:http";
import { AgentService, InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { AgentRegistryService } from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import { ProviderService } from "@ameide/proto/ameide/inference/v1/provider_service_pb.js";
import {
  ArtifactCommandService,
  ArtifactQueryService,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { ArtifactContentCommandService } from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { ArtifactContentQueryService } from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import { BudgetService } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { AutopilotService } from "@ameide/proto/ameide/graphpatch/v1/autopilot_service_pb.js";
import { GraphPatchService } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { ProjectionService } from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import { Health } from "@ameide/proto/grpc/health/v1/health_pb.js";
import { ServerReflection as ReflectionV1 } from "@ameide/proto/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ReflectionV1Alpha } from "@ameide/proto/grpc/reflection/v1alpha/reflection_pb.js";
import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import type { VerifyToken } from "../platform/auth/verify-token.ts";
import type { Readiness } from "../platform/health/dependencies.ts";
import type { Log } from "../platform/telemetry/log.ts";
import { answerCors } from "./cors.ts";
import { answerDevRequest } from "./dev-issuer/dev-routes.ts";
import type { DevIssuer } from "./dev-issuer/dev-issuer.ts";
import { createHealthHandlers } from "./health.ts";
import { createInterceptors } from "./interceptors/index.ts";
import type { Answer } from "./one-port.ts";
import { answerProbe, createReadiness } from "./readiness.ts";
import { createReflectionHandlers } from "./reflection.ts";
import { createRequestGate, scopeOf } from "./request-gate.ts";
import type { AdmitRequest } from "./request-limits.ts";
import { createRpcAdapter, pathOf } from "./rpc-adapter.ts";

/** One implementation per public service. */
export interface Handlers {
  chatCommands: ServiceImpl<typeof ChatCommandService>;
  chatQueries: ServiceImpl<typeof ChatQueryService>;
  artifactCommands: ServiceImpl<typeof ArtifactCommandService>;
  artifactQueries: ServiceImpl<typeof ArtifactQueryService>;
  contentCommands: ServiceImpl<typeof ArtifactContentCommandService>;
  contentQueries: ServiceImpl<typeof ArtifactContentQueryService>;
  inference: ServiceImpl<typeof InferenceService>;
  agents: ServiceImpl<typeof AgentService>;
  agentRegistry: ServiceImpl<typeof AgentRegistryService>;
  budgets: ServiceImpl<typeof BudgetService>;
  providers: ServiceImpl<typeof ProviderService>;
  patches: ServiceImpl<typeof GraphPatchService>;
  autopilot: ServiceImpl<typeof AutopilotService>;
  projections: ServiceImpl<typeof ProjectionService>;
}

export interface GatewayDeps {
  handlers: Handlers;
  verify: VerifyToken;
  /** Refuses who calls too often. Default: nobody. */
  admit?: AdmitRequest;
  /** Only without a configured issuer. */
  devIssuer: DevIssuer | undefined;
  corsOrigins: readonly string[];
  webApp: Answer;
  check(): Promise<Readiness>;
  draining: AbortSignal;
  log: Log;
}

/** The services that need a token; what reflection and health also name. */
export const PUBLIC_SERVICES: readonly DescService[] = [
  ChatCommandService,
  ChatQueryService,
  ArtifactCommandService,
  ArtifactQueryService,
  ArtifactContentCommandService,
  ArtifactContentQueryService,
  InferenceService,
  AgentService,
  AgentRegistryService,
  BudgetService,
  ProviderService,
  GraphPatchService,
  AutopilotService,
  ProjectionService,
];

const READ_MAX_BYTES = 4 * 1024 * 1024;
const MAX_TIMEOUT_MILLISECONDS = 3_600_000;

type RouteDeps = GatewayDeps & { readiness: () => Promise<Readiness> };

/** What all transports to the services have in common: the routes, the gate before them and the interceptors around. */
export function createRouterOptions(deps: RouteDeps) {
  for (const service of PUBLIC_SERVICES) service.methods.forEach(scopeOf);
  return {
    routes: (router: ConnectRouter) => registerRoutes(router, deps),
    requestGate: createRequestGate(deps.verify, deps.log, deps.admit),
    interceptors: createInterceptors(deps.log, deps.draining),
    readMaxBytes: READ_MAX_BYTES,
    maxTimeoutMs: MAX_TIMEOUT_MILLISECONDS,
  };
}

function registerRoutes(router: ConnectRouter, { handlers, readiness, draining }: RouteDeps): void {
  router.service(ChatCommandService, handlers.chatCommands);
  router.service(ChatQueryService, handlers.chatQueries);
  router.service(ArtifactCommandService, handlers.artifactCommands);
  router.service(ArtifactQueryService, handlers.artifactQueries);
  router.service(ArtifactContentCommandService, handlers.contentCommands);
  router.service(ArtifactContentQueryService, handlers.contentQueries);
  router.service(InferenceService, handlers.inference);
  router.service(AgentService, handlers.agents);
  router.service(AgentRegistryService, handlers.agentRegistry);
  router.service(BudgetService, handlers.budgets);
  router.service(ProviderService, handlers.providers);
  router.service(GraphPatchService, handlers.patches);
  router.service(AutopilotService, handlers.autopilot);
  router.service(ProjectionService, handlers.projections);
  const services = new Set(PUBLIC_SERVICES.map((service) => service.typeName));
  router.service(
    Health,
    createHealthHandlers({ services, isReady: async () => (await readiness()).ready, draining }),
  );
  const reflection = createReflectionHandlers([...PUBLIC_SERVICES, Health, ReflectionV1, ReflectionV1Alpha]);
  router.service(ReflectionV1, reflection.v1);
  router.service(ReflectionV1Alpha, reflection.v1alpha);
}

/** Answers everything on the one port: RPCs, health checks, the development issuer, the web app. */
export function createGateway(given: GatewayDeps): Answer {
  const deps = { ...given, readiness: createReadiness(given) };
  const origins = new Set(deps.corsOrigins);
  const fallback: Answer = (req, res) => answerRest(deps, req, res);
  const rpc = createRpcAdapter({ ...createRouterOptions(deps), fallback, log: deps.log });
  return (req, res) => {
    refuseTwoTokens(req);
    if (!answerCors(origins, req, res)) rpc(req, res);
  };
}

/** Node keeps the first of two; whoever stands before us may have looked at the second. */
function refuseTwoTokens(req: IncomingMessage): void {
  const isToken = (text: string, index: number) => index % 2 === 0 && text.toLowerCase() === "authorization";
  if (req.rawHeaders.filter(isToken).length > 1) delete req.headers.authorization;
}

function answerRest(deps: RouteDeps, req: IncomingMessage, res: ServerResponse): void {
  const path = pathOf(req);
  if (answerProbe(deps.readiness, path, res)) return;
  if (path.startsWith("/dev/") && deps.devIssuer) return answerDevRequest(deps.devIssuer, req, res);
  if (path === "/metrics" || path.startsWith("/dev/") || isUnknownRpc(path))
    return void res.writeHead(404, TEXT).end("not found\n");
  deps.webApp(req, res);
}

const TEXT = { "content-type": "text/plain" };
const isUnknownRpc = (path: string) => /^\/[a-z0-9_.]+\.v\d+[a-z0-9]*\.[A-Za-z0-9]+\//.test(path);
