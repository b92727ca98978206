interface Named {
  readonly id: string;
  readonly name: string;
}

const MOST = 3;
/** Longer texts are compared by their beginnings, and differ by so many letters at most. */
const LONGEST = 48;
const MOST_LETTERS = 5;

/** Items whose name or id is nearly what was wanted, the nearest first. */
export function nearMisses(wanted: string, items: Iterable<Named>): Named[] {
  const target = plain(wanted);
  if (target === "") return [];
  const allowed = Math.min(MOST_LETTERS, Math.max(2, Math.floor(target.length / 4)));
  const scored: { item: Named; score: number }[] = [];
  for (const item of items) {
    const score = Math.min(
      distance(target, plain(item.name), allowed),
      distance(target, plain(item.id), allowed),
    );
    if (score <= allowed) scored.push({ item, score });
  }
  return scored
    .toSorted((a, b) => a.score - b.score)
    .slice(0, MOST)
    .map(({ item }) => item);
}

const plain = (text: string): string =>
  text
    .slice(0, 2 * LONGEST)
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .slice(0, LONGEST);

/** How many letters differ; one more than `allowed` as soon as it is more. A part of the other is a near miss, too. */
function distance(a: string, b: string, allowed: number): number {
  if (a === b) return 0;
  if (b === "") return allowed + 1;
  if (a.length >= 4 && b.length >= 4 && (a.includes(b) || b.includes(a))) return Math.min(allowed, 1.5);
  if (Math.abs(a.length - b.length) > allowed) return allowed + 1;
  return levenshtein(a, b, allowed);
}

function levenshtein(a: string, b: string, allowed: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const cost = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      next[j] = cost;
      least = Math.min(least, cost);
    }
    if (least > allowed) return least;
    row = next;
  }
  return row[b.length] ?? 0;
}
