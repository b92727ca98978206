/** What is wrong, or could be better, with a file, a model or a patch. */
export interface Problem {
  /** An "error" blocks what was asked, a "warning" and an "info" never do. */
  readonly severity: "error" | "warning" | "info";
  /** UPPER_SNAKE and stable, such as "DANGLING_REFERENCE"; of a rule its id, such as "bpmn/no-flow-across-pools". */
  readonly code: string;
  /** For people: what is wrong and what to do. */
  readonly message: string;
  /** The element, relation or view concerned. */
  readonly itemId?: string;
  /** Other items that belong to it, such as both ends of a relation. */
  readonly relatedIds?: readonly string[];
  /** Where in the file, from 1. */
  readonly line?: number;
  readonly column?: number;
  /** The operation of a patch, and where in it, such as "operations[3].connect.target". */
  readonly operationId?: string;
  readonly path?: string;
}

/** The file cannot be read at all. */
export class UnreadableModel extends Error {
  readonly problem: Problem;

  constructor(problem: Omit<Problem, "severity">) {
    super(problem.message);
    this.name = "UnreadableModel";
    this.problem = { severity: "error", ...problem };
  }
}
