/** Why a session ends before its agent has finished. Used as the reason of its abort signal. */
export class RunStop extends Error {
  readonly why: "cancelled" | "lease-lost" | "give-back";

  constructor(why: RunStop["why"]) {
    super(why);
    this.why = why;
  }
}
