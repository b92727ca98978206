import type { ServerReflection as ReflectionV1 } from "@ameide/proto/grpc/reflection/v1/reflection_pb.js";
import type { ServerReflection as ReflectionV1Alpha } from "@ameide/proto/grpc/reflection/v1alpha/reflection_pb.js";
import { createRegistry, toBinary, type DescFile, type DescService, type Registry } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";

interface ReflectionRequest {
  host: string;
  messageRequest:
    | {
        case: "fileByFilename" | "fileContainingSymbol" | "allExtensionNumbersOfType" | "listServices";
        value: string;
      }
    | { case: "fileContainingExtension"; value: { containingType: string; extensionNumber: number } }
    | { case: undefined; value?: undefined };
}

/** Server reflection, so that `buf curl` and grpcurl need no schema file. Both versions say the same. */
export function createReflectionHandlers(services: readonly DescService[]) {
  const schema = indexSchema(services);
  async function* serverReflectionInfo<R extends ReflectionRequest>(requests: AsyncIterable<R>) {
    for await (const originalRequest of requests) {
      const { host: validHost } = originalRequest;
      yield { validHost, originalRequest, messageResponse: answer(schema, originalRequest) };
    }
  }
  return {
    v1: { serverReflectionInfo } satisfies ServiceImpl<typeof ReflectionV1>,
    v1alpha: { serverReflectionInfo } satisfies ServiceImpl<typeof ReflectionV1Alpha>,
  };
}

interface SchemaIndex {
  services: readonly string[];
  files: ReadonlyMap<string, DescFile>;
  registry: Registry;
}

function indexSchema(services: readonly DescService[]): SchemaIndex {
  const files = new Map<string, DescFile>();
  const add = (file: DescFile) => {
    if (files.has(file.proto.name)) return;
    files.set(file.proto.name, file);
    for (const dependency of file.dependencies) add(dependency);
  };
  for (const service of services) add(service.file);
  return {
    services: services.map((s) => s.typeName).toSorted(),
    files,
    registry: createRegistry(...files.values()),
  };
}

function answer(schema: SchemaIndex, { messageRequest: asked }: ReflectionRequest) {
  switch (asked.case) {
    case "listServices":
      return {
        case: "listServicesResponse",
        value: { service: schema.services.map((name) => ({ name })) },
      } as const;
    case "fileByFilename":
      return fileAnswer(schema.files.get(asked.value), asked.value);
    case "fileContainingSymbol":
      return fileAnswer(fileOfSymbol(schema, asked.value), asked.value);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = asked.value;
      const extension = extensionsOf(schema, containingType).find((e) => e.number === extensionNumber);
      return fileAnswer(extension?.file, `extension ${extensionNumber} of ${containingType}`);
    }
    case "allExtensionNumbersOfType": {
      const extensionNumber = extensionsOf(schema, asked.value).map((e) => e.number);
      const value = { baseTypeName: asked.value, extensionNumber };
      return { case: "allExtensionNumbersResponse", value } as const;
    }
    case undefined:
      return notFound("an empty request", Code.InvalidArgument);
  }
}

function fileOfSymbol({ registry }: SchemaIndex, symbol: string): DescFile | undefined {
  const found = registry.get(symbol);
  if (found) return found.file;
  // A method, field or enum value is found through its parent.
  const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf(".")));
  return parent === "" ? undefined : registry.get(parent)?.file;
}

function extensionsOf({ registry }: SchemaIndex, typeName: string) {
  return [...registry].filter((d) => d.kind === "extension").filter((e) => e.extendee.typeName === typeName);
}

/** The file alone: clients ask for the files that it imports. */
function fileAnswer(file: DescFile | undefined, asked: string) {
  if (!file) return notFound(asked, Code.NotFound);
  const fileDescriptorProto = [toBinary(FileDescriptorProtoSchema, file.proto)];
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } } as const;
}

function notFound(asked: string, errorCode: Code) {
  return { case: "errorResponse", value: { errorCode, errorMessage: `not found: ${asked}` } } as const;
}
