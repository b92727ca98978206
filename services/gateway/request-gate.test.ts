import { scope } from "@ameide/proto/ameide/auth/v1/scope_pb.js";
import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { Health } from "@ameide/proto/grpc/health/v1/health_pb.js";
import { create, createFileRegistry, setExtension, type DescMethod } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, MethodOptionsSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { scopeOf } from "./request-gate.ts";

/** A method as a contract would declare it, with this scope. */
function methodWithScope(value: string): DescMethod {
  const options = create(MethodOptionsSchema);
  setExtension(options, scope, value);
  const message = ".fixture.v1.Nothing";
  const method = [{ name: "DoIt", inputType: message, outputType: message, options }];
  const file = create(FileDescriptorProtoSchema, {
    name: "fixture.proto",
    package: "fixture.v1",
    syntax: "proto3",
    messageType: [{ name: "Nothing" }],
    service: [{ name: "FixtureService", method }],
  });
  const service = createFileRegistry(file, () => undefined).getService("fixture.v1.FixtureService");
  if (!service?.methods[0]) throw new Error("the fixture has no method");
  return service.methods[0];
}

it("takes a method's scope from its contract", () => {
  expect(scopeOf(ChatCommandService.method.sendMessage)).toBe("chat.write");
  expect(scopeOf(methodWithScope("run.read"))).toBe("run.read");
});

it("an RPC without a scope, or with one that no role grants, stops the start", () => {
  expect(() => scopeOf(Health.method.check)).toThrow("grpc.health.v1.Health.Check declares no known scope");
  expect(() => scopeOf(methodWithScope("chat.wrte"))).toThrow("fixture.v1.FixtureService.DoIt declares no");
  expect(() => scopeOf(methodWithScope(""))).toThrow("declares no known scope");
});
