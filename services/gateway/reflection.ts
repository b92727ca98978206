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
  /** Where each enum value is declared, by its full name. */
  enumValues: ReadonlyMap<string, DescFile>;
}

function indexSchema(services: readonly DescService[]): SchemaIndex {
  const files = new Map<string, DescFile>();
  const add = (file: DescFile) => {
    if (files.has(file.proto.name)) return;
    files.set(file.proto.name, file);
    for (const dependency of file.dependencies) add(dependency);
  };
  for (const service of services) add(service.file);
  const registry = createRegistry(...files.values());
  const enums = [...registry].filter((d) => d.kind === "enum");
  const scope = (typeName: string) => typeName.slice(0, typeName.lastIndexOf(".") + 1);
  const enumValues = enums.flatMap((e) =>
    e.values.map((v) => [`${scope(e.typeName)}${v.name}`, e.file] as const),
  );
  const names = services.map((s) => s.typeName).toSorted();
  return { services: names, files, registry, enumValues: new Map(enumValues) };
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
      if (!schema.registry.getMessage(asked.value)) return notFound(asked.value, Code.NotFound);
      const extensionNumber = extensionsOf(schema, asked.value).map((e) => e.number);
      const value = { baseTypeName: asked.value, extensionNumber };
      return { case: "allExtensionNumbersResponse", value } as const;
    }
    case undefined:
      return notFound("an empty request", Code.InvalidArgument);
  }
}

/** A method, field or oneof is found through its parent; enum values are named as siblings of their enum. */
function fileOfSymbol({ registry, enumValues }: SchemaIndex, symbol: string): DescFile | undefined {
  const found = registry.get(symbol)?.file ?? enumValues.get(symbol);
  if (found) return found;
  const [, parentName = "", name = ""] = /^(.*)\.(.+)$/.exec(symbol) ?? [];
  const parent = registry.get(parentName);
  if (parent?.kind === "service" && parent.methods.some((m) => m.name === name)) return parent.file;
  return parent?.kind === "message" && parent.members.some((m) => m.name === name) ? parent.file : undefined;
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
