/**
 * Runs work in a later turn of the event loop than the one in which it came, some in each turn, in order. What was taken
 * back in the same breath, such as a stream that is reset as soon as it is opened, can see that and do nothing.
 */
export function createFairTurns(perTurn: number): (work: () => void) => void {
  const waiting: (() => void)[] = [];
  const turn = () => {
    const now = waiting.splice(0, perTurn);
    if (waiting.length > 0) setImmediate(turn);
    for (const work of now) work();
  };
  return (work) => {
    if (waiting.push(work) === 1) setImmediate(turn);
  };
}
