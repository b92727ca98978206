import type { JsonObject } from "@bufbuild/protobuf";
import type { Properties, Value } from "../../../notation/graph.ts";
import type { Found } from "../found.ts";
import { tell, type OperationScope } from "../operation-scope.ts";

/** Of something new, where null says no more than being absent does. */
export function propertiesOf(properties: JsonObject | undefined): Properties {
  return Object.fromEntries(
    Object.entries(properties ?? {}).filter(([, value]) => value !== null),
  ) as Properties;
}

/** Sets properties one by one; null takes one away. */
export function setProperties(scope: OperationScope, ref: Found, properties: JsonObject | undefined): void {
  for (const [name, value] of Object.entries(properties ?? {}))
    scope.ws.set(ref, `properties.${name}`, value === null ? undefined : (value as Value));
}

/** Whether no other element has the key; notes a problem otherwise. */
export function isKeyFree(scope: OperationScope, key: string, ownId?: string): boolean {
  const [other] = key === "" ? [] : scope.ws.index.find("elementsWithKey", key).filter((id) => id !== ownId);
  if (other === undefined) return true;
  const message = `the key ${JSON.stringify(key)} belongs to ${other}`;
  tell(scope, { code: "KEY_TAKEN", message, itemId: other, path: `${scope.path}.key` });
  return false;
}
