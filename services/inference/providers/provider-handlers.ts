import type { ProviderService } from "@ameide/proto/ameide/inference/v1/provider_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../../platform/auth/request-actor.ts";
import { listProviders, type ProviderDeps } from "./list-providers.ts";

export const createProviderHandlers = (deps: ProviderDeps): ServiceImpl<typeof ProviderService> => ({
  listProviders: (request, context) => listProviders(deps, actorOf(context), request),
});
