import type { Graph } from "../graph.ts";
import { attributeOf, childOf, childrenOf, elementsOf } from "../xml/query-xml.ts";
import type { XmlElement, XmlNode } from "../xml/xml-tree.ts";
import { CONCEPTS } from "./concepts.ts";
import { withChild, withoutChildren, withReplaced } from "./edit-children.ts";
import { newElement, type Format } from "./exchange-format.ts";

/**
 * The model with its folders in step: what is gone leaves them, what is new goes where its siblings are. The graph does
 * not show folders; a file without them gets none.
 */
export function writeOrganizations(root: XmlElement, was: Graph, now: Graph, format: Format): XmlElement {
  const organizations = childrenOf(root, format.namespace, "organizations");
  if (organizations.length === 0) return root;
  const gone = new Set(idsOf(was).filter((id) => !has(now, id)));
  const come = idsOf(now).filter((id) => !has(was, id));
  if (gone.size === 0 && come.length === 0) return root;
  const places = placesFor(come, now, organizations, format);
  const edit = (folder: XmlElement, depth: number): XmlElement =>
    editFolder(folder, gone, places, format, depth);
  const edited = new Map<XmlNode, XmlElement>(
    organizations.map((organization) => [organization, edit(organization, 1)]),
  );
  const empty = [...edited.values()].filter((organization) => elementsOf(organization).length === 0);
  return withoutChildren(withReplaced(root, edited), new Set(empty));
}

const idsOf = ({ elements, relations, views }: Graph): string[] => [
  ...elements.keys(),
  ...relations.keys(),
  ...views.keys(),
];
const has = ({ elements, relations, views }: Graph, id: string): boolean =>
  elements.has(id) || relations.has(id) || views.has(id);

/** From the most to the least alike: same type, same layer, same kind of thing. */
function traitsOf({ elements, relations, views }: Graph, id: string): readonly string[] {
  const element = elements.get(id);
  if (element) return [`element ${element.type}`, `layer ${CONCEPTS.get(element.type)?.layer ?? ""}`];
  const relation = relations.get(id);
  if (relation) return [`relation ${relation.type}`, "relation"];
  return views.has(id) ? ["view"] : [];
}

/** The folder of each new item: the one that holds most of what is like it, the first of equals. */
function placesFor(
  come: readonly string[],
  graph: Graph,
  organizations: readonly XmlElement[],
  format: Format,
): ReadonlyMap<XmlElement, readonly string[]> {
  const counts = new Map<string, Map<XmlElement, number>>();
  const filed = new Set<string>();
  const visit = (folder: XmlElement): void => {
    for (const item of childrenOf(folder, format.namespace, "item")) {
      const id = attributeOf(item, "identifierRef");
      if (id !== undefined) {
        filed.add(id);
        for (const trait of traitsOf(graph, id)) {
          const folders = counts.get(trait) ?? new Map<XmlElement, number>();
          counts.set(trait, folders.set(folder, (folders.get(folder) ?? 0) + 1));
        }
      }
      visit(item);
    }
  };
  for (const organization of organizations) visit(organization);
  const places = new Map<XmlElement, string[]>();
  for (const id of come) {
    const trait = traitsOf(graph, id).find((candidate) => counts.has(candidate));
    if (trait === undefined || filed.has(id)) continue;
    const [folder] = [...(counts.get(trait) ?? [])].toSorted(([, a], [, b]) => b - a)[0] ?? [];
    if (folder) places.set(folder, [...(places.get(folder) ?? []), id]);
  }
  return places;
}

function editFolder(
  folder: XmlElement,
  gone: ReadonlySet<string>,
  places: ReadonlyMap<XmlElement, readonly string[]>,
  format: Format,
  depth: number,
): XmlElement {
  const items = childrenOf(folder, format.namespace, "item");
  const isGone = (item: XmlElement): boolean => gone.has(attributeOf(item, "identifierRef") ?? "");
  // One that holds others stays as their folder.
  const leaving = items.filter((item) => isGone(item) && !childOf(item, format.namespace, "item"));
  const edited = new Map<XmlNode, XmlElement>(
    items.map((item) => {
      const inside = editFolder(item, gone, places, format, depth + 1);
      return [item, isGone(item) ? withoutReference(inside) : inside];
    }),
  );
  let written = withReplaced(withoutChildren(folder, new Set(leaving)), edited);
  for (const id of places.get(folder) ?? [])
    written = withChild(written, newElement(format, "item", { identifierRef: id }), {
      format,
      parent: "folder",
      depth,
    });
  return written;
}

const withoutReference = (item: XmlElement): XmlElement => ({
  ...item,
  attributes: item.attributes.filter(({ name }) => name !== "identifierRef"),
});
