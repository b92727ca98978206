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
import { AgentRegistryService } from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import { AgentService, InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { ProviderService } from "@ameide/proto/ameide/inference/v1/provider_service_pb.js";
import { createClient, type Client, type Interceptor, type Transport } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { v7 as uuidv7 } from "uuid";
import { startProgram, type Program } from "../main.ts";
import type { Role } from "../platform/auth/scopes.ts";
import { parseConfig } from "../platform/config/config.ts";
import { runsOverProcesses, startProcesses } from "./cluster/processes-as-program.ts";
import { WITHOUT_LIMITS } from "./without-limits.ts";
import { startTokenIssuer, type TokenIssuer, type TokenSubject } from "./token-issuer.ts";

/**
 * The real server in this process, on a free port, over real sockets; nothing is kept unless `DATA_DIR` says so. In
 * vitest's project "cluster" it is a gateway, an executor and a worker instead, each a process of its own.
 */
export interface TestServer {
  baseUrl: string;
  issuer: TokenIssuer;
  /** Clients of somebody in a tenant; by default an editor of a tenant that nobody else has. */
  as(subject?: Partial<TokenSubject>): Promise<Caller>;
  /** Clients with a given token, or none. */
  withToken(token: string | undefined): Clients;
  /** Goes down as on SIGTERM, while the clients keep their connections. */
  shutDown(): Promise<void>;
  stop(): Promise<void>;
}

export interface Clients {
  transport: Transport;
  chatCommands: Client<typeof ChatCommandService>;
  chatQueries: Client<typeof ChatQueryService>;
  artifactCommands: Client<typeof ArtifactCommandService>;
  artifactQueries: Client<typeof ArtifactQueryService>;
  contentCommands: Client<typeof ArtifactContentCommandService>;
  contentQueries: Client<typeof ArtifactContentQueryService>;
  inference: Client<typeof InferenceService>;
  agents: Client<typeof AgentService>;
  agentRegistry: Client<typeof AgentRegistryService>;
  budgets: Client<typeof BudgetService>;
  providers: Client<typeof ProviderService>;
  patches: Client<typeof GraphPatchService>;
  projections: Client<typeof ProjectionService>;
  autopilot: Client<typeof AutopilotService>;
}

export interface Caller extends Clients, TokenSubject {
  token: string;
  /** Somebody else in the same tenant. */
  colleague(role: Role, userId?: string): Promise<Caller>;
}

/** Quick and quiet, so that tests need not wait for the offline model. */
const DEFAULTS = {
  PORT: "0",
  DATA_DIR: ":memory:",
  LOG_LEVEL: "silent",
  OFFLINE_TOKENS_PER_SECOND: "0",
  ...WITHOUT_LIMITS,
};

const EDITOR: readonly Role[] = ["editor"];

export async function startTestServer(env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const issuer = await startTokenIssuer();
  const issuers = JSON.stringify([{ issuer: issuer.issuer, jwks_uri: issuer.jwksUri }]);
  const settings = { ...DEFAULTS, OIDC_ISSUERS: issuers, ...env };
  const program: Program = await (runsOverProcesses()
    ? startProcesses(settings)
    : startProgram(parseConfig(settings)));
  const connection = new Http2SessionManager(program.baseUrl);
  const withToken = (token: string | undefined) => clientsOf(program.baseUrl, connection, token);
  let down: Promise<void> | undefined;
  const shutDown = () => (down ??= program.stop());
  const server: TestServer = {
    baseUrl: program.baseUrl,
    issuer,
    withToken,
    async as({ tenantId = uuidv7(), userId = `user-${uuidv7()}`, roles = EDITOR, teams = [] } = {}) {
      const subject = { tenantId, userId, roles, teams };
      const token = await issuer.sign(subject);
      const colleague = (role: Role, name?: string) =>
        server.as({ tenantId, roles: [role], teams, ...(name !== undefined && { userId: name }) });
      return { ...subject, ...withToken(token), token, colleague };
    },
    shutDown,
    async stop() {
      connection.abort();
      await shutDown();
      await issuer.close();
    },
  };
  return server;
}

function clientsOf(baseUrl: string, sessionManager: Http2SessionManager, token: string | undefined): Clients {
  const authorize: Interceptor = (next) => (req) => {
    if (token !== undefined) req.header.set("authorization", `Bearer ${token}`);
    return next(req);
  };
  const transport = createConnectTransport({
    baseUrl,
    httpVersion: "2",
    sessionManager,
    interceptors: [authorize],
  });
  return {
    transport,
    chatCommands: createClient(ChatCommandService, transport),
    chatQueries: createClient(ChatQueryService, transport),
    artifactCommands: createClient(ArtifactCommandService, transport),
    artifactQueries: createClient(ArtifactQueryService, transport),
    contentCommands: createClient(ArtifactContentCommandService, transport),
    contentQueries: createClient(ArtifactContentQueryService, transport),
    inference: createClient(InferenceService, transport),
    agents: createClient(AgentService, transport),
    agentRegistry: createClient(AgentRegistryService, transport),
    budgets: createClient(BudgetService, transport),
    providers: createClient(ProviderService, transport),
    patches: createClient(GraphPatchService, transport),
    projections: createClient(ProjectionService, transport),
    autopilot: createClient(AutopilotService, transport),
  };
}
