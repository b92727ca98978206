/**
 * Wake-ups between parts of the program. Delivery is best effort and carries no data: whoever wakes reads the
 * database, so a lost wake-up costs time and nothing else.
 */
export interface Bus {
  publish(subject: string): void;
  /** Calls `listener` after each publish on exactly this subject, until the returned function is called. */
  subscribe(subject: string, listener: () => void): () => void;
}
