import { setTimeout as sleep } from "node:timers/promises";
import {
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from "@ameide/proto/grpc/health/v1/health_pb.js";
import { ServerReflection as V1 } from "@ameide/proto/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as V1Alpha } from "@ameide/proto/grpc/reflection/v1alpha/reflection_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, infosOf, transportsTo } from "../testing/stub-chats.ts";
import { startStubGateway, type StubGateway } from "../testing/stub-gateway.ts";
import { PUBLIC_SERVICES } from "./gateway.ts";
import { createHealthHandlers } from "./health.ts";

let gateway: StubGateway;
beforeAll(async () => {
  gateway = await startStubGateway({});
});
afterAll(() => gateway.close());
// Nobody needs a token for these.
const grpc = () => transportsTo(gateway.baseUrl, undefined).grpc;
const NAMES = PUBLIC_SERVICES.map((service) => service.typeName);

describe("health", () => {
  it("checks the server and each service by name", async () => {
    const health = createClient(Health, grpc());
    for (const service of ["", ...NAMES])
      expect((await health.check({ service })).status).toBe(Serving.SERVING);
    const error = await failureOf(health.check({ service: "no.such.Service" }));
    expect(error.code).toBe(Code.NotFound);
    expect(infosOf(error)).toMatchObject([{ reason: "SERVICE_UNKNOWN", domain: "grpc.health.v1.Health" }]);
  });

  it("lists all", async () => {
    const { statuses } = await createClient(Health, grpc()).list({});
    expect(Object.keys(statuses).toSorted()).toEqual(["", ...NAMES].toSorted());
    expect(new Set(Object.values(statuses).map(({ status }) => status))).toEqual(new Set([Serving.SERVING]));
  });

  it("watches: the state now, an unknown service as such, and the end when the server goes down", async () => {
    const draining = await startStubGateway({});
    const health = createClient(Health, transportsTo(draining.baseUrl, undefined).grpc);
    const watch = async (service: string) => {
      const seen: Serving[] = [];
      for await (const { status } of health.watch({ service })) {
        seen.push(status);
        if (seen.length === 1 && service === "") draining.drain();
      }
      return seen;
    };
    const watches = await Promise.all([watch("no.such.Service"), watch("")]);
    expect(watches).toEqual([[Serving.SERVICE_UNKNOWN], [Serving.SERVING, Serving.NOT_SERVING]]);
    expect((await health.check({})).status).toBe(Serving.NOT_SERVING);
    await draining.close();
  });

  it("tells a watcher every change once, and forgets a watcher who leaves", async () => {
    let ready = true;
    let asked = 0;
    const deps = {
      services: new Set<string>(),
      isReady: async () => ((asked += 1), ready),
      draining: new AbortController().signal,
      watchMilliseconds: 5,
    };
    const leave = new AbortController();
    const context = { signal: leave.signal } as Parameters<
      NonNullable<ReturnType<typeof createHealthHandlers>["watch"]>
    >[1];
    const request = { $typeName: "grpc.health.v1.HealthCheckRequest" as const, service: "" };
    const seen: unknown[] = [];
    for await (const { status } of createHealthHandlers(deps).watch(request, context)) {
      seen.push(status);
      ready = !ready;
      if (seen.length === 3) leave.abort();
    }
    expect(seen).toEqual([Serving.SERVING, Serving.NOT_SERVING, Serving.SERVING]);
    const before = asked;
    await sleep(30);
    expect(asked).toBe(before);
  });
});

type Request = { messageRequest: { case: string; value: unknown } };
/** What a file answer holds, an error answer's code, or the answer itself. */
async function ask(requests: readonly Request["messageRequest"][], service: typeof V1 | typeof V1Alpha = V1) {
  const client = createClient(service as typeof V1, grpc());
  const answers: unknown[] = [];
  const asked = (async function* () {
    for (const messageRequest of requests) yield { host: "h", messageRequest } as never;
  })();
  for await (const { messageResponse: answer, validHost } of client.serverReflectionInfo(asked)) {
    expect(validHost).toBe("h");
    if (answer.case === "fileDescriptorResponse")
      answers.push(
        answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name),
      );
    else if (answer.case === "errorResponse") answers.push(answer.value.errorCode);
    else answers.push(answer.value);
  }
  return answers;
}

describe.each([
  ["v1", V1],
  ["v1alpha", V1Alpha],
] as const)("reflection %s", (_version, service) => {
  it("lists the services", async () => {
    const [listed] = await ask([{ case: "listServices", value: "" }], service);
    const names = [...NAMES, Health.typeName, V1.typeName, V1Alpha.typeName].toSorted();
    expect(listed).toMatchObject({ service: names.map((name) => ({ name })) });
  });

  it("finds the file of anything that has a name", async () => {
    const symbols = {
      "ameide.chat.v1.ChatQueryService": "ameide/chat/v1/chat_query_service.proto",
      "ameide.chat.v1.ChatQueryService.GetChat": "ameide/chat/v1/chat_query_service.proto",
      "ameide.chat.v1.Chat": "ameide/chat/v1/chat.proto",
      "ameide.chat.v1.Chat.chat_id": "ameide/chat/v1/chat.proto",
      "ameide.chat.v1.MessagePart.kind": "ameide/chat/v1/chat.proto",
      "ameide.chat.v1.ChatVisibility": "ameide/chat/v1/chat.proto",
      "ameide.chat.v1.CHAT_VISIBILITY_TEAM": "ameide/chat/v1/chat.proto",
      "ameide.auth.v1.scope": "ameide/auth/v1/scope.proto",
      "google.protobuf.Timestamp": "google/protobuf/timestamp.proto",
      "buf.validate.FieldRules": "buf/validate/validate.proto",
    };
    const requests = Object.keys(symbols).map((value) => ({ case: "fileContainingSymbol", value }));
    expect(await ask(requests, service)).toEqual(Object.values(symbols).map((file) => [file]));
  });

  it("finds files by name, well-known imports too, so that a client can follow every import", async () => {
    const pending = ["ameide/inference/v1/inference_service.proto"];
    const found = new Set<string>();
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (found.has(name)) continue;
      const client = createClient(service as typeof V1, grpc());
      const request = { messageRequest: { case: "fileByFilename" as const, value: name } };
      const asked = (async function* () {
        yield request;
      })();
      for await (const { messageResponse: answer } of client.serverReflectionInfo(asked)) {
        const bytes =
          answer.case === "fileDescriptorResponse" ? answer.value.fileDescriptorProto[0] : undefined;
        pending.push(...fromBinary(FileDescriptorProtoSchema, bytes ?? new Uint8Array([0xff])).dependency);
      }
      found.add(name);
    }
    expect([...found]).toEqual(
      expect.arrayContaining([
        "google/protobuf/descriptor.proto",
        "google/protobuf/timestamp.proto",
        "buf/validate/validate.proto",
      ]),
    );
  });

  it("finds extensions: the scope option is 50001", async () => {
    const containingType = "google.protobuf.MethodOptions";
    const extension = { containingType, extensionNumber: 50001 };
    const [file, all] = await ask(
      [
        { case: "fileContainingExtension", value: extension },
        { case: "allExtensionNumbersOfType", value: containingType },
      ],
      service,
    );
    expect(file).toEqual(["ameide/auth/v1/scope.proto"]);
    expect(all).toMatchObject({
      baseTypeName: containingType,
      extensionNumber: expect.arrayContaining([50001]),
    });
  });

  it("says NOT_FOUND of what is not there, and goes on", async () => {
    const requests = [
      { case: "fileContainingSymbol", value: "no.such.Thing" },
      { case: "fileContainingSymbol", value: "ameide.chat.v1.Chat.no_such_field" },
      { case: "fileContainingSymbol", value: "" },
      { case: "fileByFilename", value: "../../package.json" },
      {
        case: "fileContainingExtension",
        value: { containingType: "google.protobuf.MethodOptions", extensionNumber: 1 },
      },
      { case: "allExtensionNumbersOfType", value: "no.such.Type" },
    ];
    expect(await ask(requests, service)).toEqual(requests.map(() => Code.NotFound));
  });
});
