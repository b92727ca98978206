/** So many calls in a window of time. */
export interface Allowance {
  /** What is counted, such as "user"; allowances of different scopes are counted apart. */
  scope: string;
  /** Who, within the scope. */
  key: string;
  limit: number;
  windowSeconds: number;
}

/** The allowance that is used up, and when there will be more. */
export interface UsedUp {
  allowance: Allowance;
  retryAfterMilliseconds: number;
}

/** Counts calls, for all processes that share it. A window begins with its first call. */
export interface RateLimiter {
  /**
   * Takes one call from each allowance, in their order, up to the first that is used up: list the narrowest first, so
   * that calls which are refused use nothing of what many share.
   */
  take(allowances: readonly Allowance[]): Promise<UsedUp | undefined>;
}
