import * as fc from "fast-check";
import { descendantsOf } from "../notation/xml/query-xml.ts";
import type { XmlDocument, XmlElement, XmlNode } from "../notation/xml/xml-tree.ts";

export interface Damage {
  readonly what: number;
  readonly which: number;
  readonly other: number;
}

/** What may go wrong with a file, several times. */
export const damages = fc.array(
  fc.record({ what: fc.nat(6), which: fc.nat(10_000), other: fc.nat(10_000) }),
  {
    minLength: 1,
    maxLength: 6,
  },
);

/** The file with parts of it lost, doubled, mixed up or in the wrong place. */
export function damaged(file: XmlDocument, list: readonly Damage[]): XmlDocument {
  return list.reduce((before, damage) => {
    const inside = [...descendantsOf(before.root)].slice(1);
    const target = inside[damage.which % inside.length] as XmlElement;
    const other = inside[damage.other % inside.length] as XmlElement;
    return { ...before, root: rebuilt(before.root, target, hurt(target, other, damage)) };
  }, file);
}

function hurt(target: XmlElement, other: XmlElement, { what, other: n }: Damage): readonly XmlElement[] {
  const attribute = target.attributes[n % Math.max(target.attributes.length, 1)];
  const value = other.attributes[0]?.value ?? "";
  switch (what) {
    case 0:
      return [];
    case 1:
      return [target, target];
    case 2:
      return [{ ...target, attributes: target.attributes.filter((one) => one !== attribute) }];
    case 3:
      return [
        {
          ...target,
          attributes: target.attributes.map((one) => (one === attribute ? { ...one, value } : one)),
        },
      ];
    case 4:
      return [{ ...target, children: other.children }];
    case 5:
      return [other];
    default:
      return [{ ...target, children: [] }];
  }
}

function rebuilt(at: XmlElement, target: XmlElement, by: readonly XmlElement[]): XmlElement {
  const children = at.children.flatMap((child): readonly XmlNode[] => {
    if (child === target) return by;
    return child.kind === "element" ? [rebuilt(child, target, by)] : [child];
  });
  return { ...at, children };
}
