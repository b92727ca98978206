/** A longest run of the items that stand in this order already; those without a place are not among them. */
export function inOrder<T>(items: readonly T[], placeOf: (item: T) => number | undefined): ReadonlySet<T> {
  const tails: { item: T; place: number; before: Link<T> }[] = [];
  for (const item of items) {
    const place = placeOf(item);
    if (place === undefined) continue;
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle]?.place ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    tails[low] = { item, place, before: tails[low - 1] };
  }
  const run = new Set<T>();
  for (let link: Link<T> = tails.at(-1); link; link = link.before) run.add(link.item);
  return run;
}

type Link<T> = { readonly item: T; readonly before: Link<T> } | undefined;
