/** Properties that name other elements of the file, and of which types those are. */
export const REFERENCE_TYPES: ReadonlyMap<string, string | undefined> = new Map([
  ["outputDecision", "decision"],
  ["encapsulatedDecision", "decision"],
  ["inputDecision", "decision"],
  ["inputData", "inputData"],
  ["drgElement", undefined],
  ["impactingDecision", "decision"],
  ["decisionMade", "decision"],
  ["decisionOwned", "decision"],
  ["decisionMaker", "organizationUnit"],
  ["decisionOwner", "organizationUnit"],
  ["impactedPerformanceIndicator", "performanceIndicator"],
  ["supportedObjective", undefined],
  ["owner", "organizationUnit"],
]);

/** Whether the property names other elements of the file, by id. */
export const isReference = (_ownerType: string, property: string): boolean => REFERENCE_TYPES.has(property);

/** References with a "#" lead to other files. */
export const isExternal = (id: string): boolean => id.includes("#");
