import { nearMisses } from "./near-misses.ts";
import { tell, type OperationScope } from "./operation-scope.ts";

/** The type of that name, or one that the model already has; undefined when a problem was noted. */
export function elementTypeOf(scope: OperationScope, name: string, path: string): string | undefined {
  const { kit, graph } = scope.ws;
  const known = kit.vocabulary.elementType(name);
  if (known) return known.name;
  for (const { type } of graph.elements.values()) if (type === name) return name;
  return unknown(scope, "element", name, path, [...kit.vocabulary.elements.values()]);
}

export function relationTypeOf(scope: OperationScope, name: string, path: string): string | undefined {
  const { kit, graph } = scope.ws;
  const known = kit.vocabulary.relationType(name);
  if (known) return known.name;
  for (const { type } of graph.relations.values()) if (type === name) return name;
  return unknown(scope, "relation", name, path, [...kit.vocabulary.relations.values()]);
}

function unknown(
  scope: OperationScope,
  kind: string,
  name: string,
  path: string,
  types: readonly { name: string; label: string }[],
): undefined {
  const near = nearMisses(
    name,
    types.map((type) => ({ id: type.name, name: type.label })),
  );
  const some = near.length > 0 ? near.map(({ id }) => id) : types.slice(0, 12).map((type) => type.name);
  const message = `${scope.ws.kit.notation} has no ${kind} type ${JSON.stringify(name)}; perhaps ${some.join(", ")}`;
  return tell(scope, { code: "UNKNOWN_TYPE", message, path });
}
