import type { Problem } from "../problem.ts";
import { attributeOf, elementsOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { idOf, type FileIds } from "./file-ids.ts";
import { typeOfXml } from "./item-types.ts";
import { modelChildren, textOf } from "./read-fields.ts";
import { boundsOf, elementsNamed, planeOf } from "./read-views.ts";
import { childOf, childSlot, holdsText, isReferenceType, schemaType } from "./schema.ts";

/** References that may lead to other files, or to types that are no BPMN. */
const MAY_LEAD_OUT = new Set(
  [
    "structureRef evaluatesToTypeRef implementationRef definition type",
    "calledElement calledChoreographyRef calledCollaborationRef supportedInterfaceRef",
  ].flatMap((names) => names.split(" ")),
);
const NCNAME = /^[\p{L}_][\p{L}\p{N}\p{M}._·-]*$/u;

/** What is wrong with a file that can be read all the same. Nothing of it is lost. */
export function checkFile(root: XmlElement, ids: FileIds): Problem[] {
  const problems: Problem[] = ids.duplicates.map((node) =>
    problemAt(
      node,
      "DUPLICATE_ID",
      `The id ${idOf(node)} is used more than once; references mean the first.`,
    ),
  );
  const check = new FileCheck(ids, problems);
  check.visit(root, "definitions", idOf(root));
  for (const diagram of elementsNamed(root, "BPMNDiagram")) check.diagram(diagram);
  return problems;
}

class FileCheck {
  readonly #ids: FileIds;
  readonly #problems: Problem[];

  constructor(ids: FileIds, problems: Problem[]) {
    this.#ids = ids;
    this.#problems = problems;
  }

  /** `owner`: the id of the closest thing with an id, which problems are about. */
  visit(node: XmlElement, typeName: string, owner: string | undefined): void {
    const type = schemaType(typeName);
    if (!type) return;
    for (const { name, type: of, isRequired } of type.attributes.values()) {
      const value = attributeOf(node, name);
      if (value === undefined && isRequired) this.#missing(node, name, owner);
      if (value !== undefined && isReferenceType(of)) this.#reference(node, name, value, owner);
    }
    const id = idOf(node);
    if (id !== undefined && !NCNAME.test(id))
      this.#add(
        node,
        "INVALID_ID",
        `The id "${id}" is not one that XML allows; other tools may refuse it.`,
        owner,
      );
    for (const child of modelChildren(node)) this.#child(child, typeName, owner);
  }

  #child(child: XmlElement, parentType: string, owner: string | undefined): void {
    const declared = childOf(parentType, child.local);
    const typeName = declared && declared.type !== child.local ? declared.type : typeOfXml(child);
    const nearest = idOf(child) ?? owner;
    if (declared && isReferenceType(declared.type))
      return this.#reference(child, child.local, textOf(child), owner);
    if (!schemaType(typeName) && !declared)
      return this.#add(
        child,
        "UNKNOWN_ELEMENT",
        `BPMN has no <${child.local}>; it is kept as it is.`,
        nearest,
      );
    if (childSlot(parentType, child.local) === undefined)
      this.#add(
        child,
        "MISPLACED_ELEMENT",
        `A ${child.local} does not belong into a ${parentType}; it is kept where it is.`,
        nearest,
      );
    // Text may hold any XML.
    if (!holdsText(typeName)) this.visit(child, typeName, nearest);
  }

  diagram(diagram: XmlElement): void {
    const plane = planeOf(diagram);
    if (!plane)
      return this.#add(diagram, "NO_PLANE", "The diagram has no BPMNPlane and is empty.", idOf(diagram));
    const of = attributeOf(plane, "bpmnElement");
    if (of !== undefined) this.#reference(plane, "bpmnElement", of, idOf(diagram));
    for (const node of elementsOf(plane)) {
      if (node.local !== "BPMNShape" && node.local !== "BPMNEdge") continue;
      const drawn = attributeOf(node, "bpmnElement");
      if (drawn === undefined) this.#missing(node, "bpmnElement", idOf(node));
      else this.#reference(node, "bpmnElement", drawn, idOf(node));
      if (node.local === "BPMNShape" && !boundsOf(node))
        this.#add(node, "NO_BOUNDS", "The shape has no bounds, or no numbers in them.", idOf(node));
      if (node.local === "BPMNEdge" && elementsNamed(node, "waypoint").length < 2)
        this.#add(node, "NO_WAYPOINTS", "The edge has fewer than two waypoints.", idOf(node));
    }
  }

  #reference(node: XmlElement, name: string, value: string, owner: string | undefined): void {
    if (MAY_LEAD_OUT.has(name) || this.#ids.isExternal(value) || this.#ids.find(value)) return;
    const what = value.trim() === "" ? "is empty" : `names ${value.trim()}, which is not in the file`;
    this.#add(node, "DANGLING_REFERENCE", `${name} ${what}.`, owner);
  }

  #missing(node: XmlElement, name: string, owner: string | undefined): void {
    this.#add(node, "MISSING_ATTRIBUTE", `<${node.local}> needs the attribute ${name}.`, owner);
  }

  #add(node: XmlElement, code: string, message: string, itemId: string | undefined): void {
    this.#problems.push(problemAt(node, code, message, itemId));
  }
}

function problemAt(node: XmlElement, code: string, message: string, itemId = idOf(node)): Problem {
  const { line, column } = node;
  return { severity: "warning", code, message, ...(itemId !== undefined && { itemId }), line, column };
}
