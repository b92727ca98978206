import type { LineTokenizer } from "../../platform/tokenizer/line-tokenizer.ts";
import { LEVELS, Page, type Frame, type Item, type Level } from "./page.ts";
import type { Ranking } from "./rank-items.ts";

/** A page that fits, and how many tokens it has. */
export interface Fitted {
  readonly page: Page;
  readonly tokens: number;
}

/** Not even the focus fits, though everything else is left out. */
export class FocusTooLarge extends Error {
  readonly needed: number;

  constructor(needed: number) {
    super(`the focus needs ${needed} tokens`);
    this.name = "FocusTooLarge";
    this.needed = needed;
  }
}

/** The longest beginning of the ranking that fits, and then what still fits of the rest. Every page is counted whole. */
export function fitPage(frame: Frame, ranking: Ranking): Fitted {
  const { items, needed } = ranking;
  const { tokenizer, request } = frame.input;
  let smallest = Number.POSITIVE_INFINITY;
  for (const level of LEVELS) {
    const fitting = new Fitting(frame, level, tokenizer, request.tokenBudget);
    const least = fitting.page(items.slice(0, needed));
    if (least.tokens <= request.tokenBudget) return fitting.fill(ranking, least);
    smallest = Math.min(smallest, least.tokens);
  }
  throw new FocusTooLarge(smallest);
}

/** How often something that does not fit is passed over for what comes after it. */
const MOST_SKIPS = 6;
/** Less than any line worth another look. */
const TOO_LITTLE = 10;
/** What an element takes that nobody has counted yet. */
const USUAL = 22;

class Fitting {
  readonly #frame: Frame;
  readonly #level: Level;
  readonly #tokenizer: LineTokenizer;
  readonly #budget: number;

  constructor(frame: Frame, level: Level, tokenizer: LineTokenizer, budget: number) {
    this.#frame = frame;
    this.#level = level;
    this.#tokenizer = tokenizer;
    this.#budget = budget;
  }

  page(items: readonly Item[]): Fitted {
    const page = new Page(this.#frame, items, this.#level);
    return { page, tokens: page.lines.reduce((sum, line) => sum + this.#tokenizer.ofLine(line), 0) };
  }

  fill({ items, needed, first }: Ranking, least: Fitted): Fitted {
    let best = least;
    let taken = items.slice(0, needed);
    let rest = items.slice(needed);
    const firsts = new Set(items.slice(needed, first));
    for (let skips = 0; skips <= MOST_SKIPS && rest.length > 0; skips++) {
      const { fitted, count } = this.#longest(taken, rest, best);
      best = fitted;
      taken = [...taken, ...rest.slice(0, count)];
      const skipped = rest[count];
      rest = rest.slice(count + 1);
      if (skipped?.kind === "node" && firsts.has(skipped)) rest = rest.filter((item) => firsts.has(item));
      if (this.#budget - best.tokens < TOO_LITTLE) break;
    }
    return best;
  }

  /** How many of the rest fit: looked for where they should end if each took as much as those around it. */
  #longest(taken: readonly Item[], rest: readonly Item[], none: Fitted): { fitted: Fitted; count: number } {
    let low = { count: 0, fitted: none };
    let high = { count: rest.length + 1, tokens: none.tokens + (rest.length + 1) * USUAL };
    while (low.count + 1 < high.count && this.#budget - low.fitted.tokens >= TOO_LITTLE) {
      const perItem = Math.max(1, (high.tokens - low.fitted.tokens) / (high.count - low.count));
      const guess = low.count + Math.ceil((this.#budget - low.fitted.tokens) / perItem);
      const count = Math.max(low.count + 1, Math.min(high.count - 1, guess));
      const fitted = this.page([...taken, ...rest.slice(0, count)]);
      if (fitted.tokens <= this.#budget) low = { count, fitted };
      else high = { count, tokens: fitted.tokens };
    }
    return low;
  }
}
