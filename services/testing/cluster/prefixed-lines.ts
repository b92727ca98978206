/** Prints what several programs say, whole lines only, each with the name of who said it. */
export function printerFor(print: (text: string) => void): (name: string, output: string) => void {
  const unfinished = new Map<string, string>();
  return (name, output) => {
    const lines = ((unfinished.get(name) ?? "") + output).split("\n");
    unfinished.set(name, lines.pop() ?? "");
    print(lines.map((line) => `${name.padEnd(10)} | ${line}\n`).join(""));
  };
}
