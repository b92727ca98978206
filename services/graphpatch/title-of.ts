const MOST_CHARACTERS = 200;

/** A line for a patch that nobody has given one, from what its operations do. */
export function titleOf([first = "No change", ...rest]: readonly string[]): string {
  const more = rest.length > 0 ? ` and ${rest.length} more` : "";
  return cut(first, MOST_CHARACTERS - more.length) + more;
}

/** At most so many characters. */
export function cut(text: string, most = MOST_CHARACTERS): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
