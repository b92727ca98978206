/** Runs work at once, or, when there is much of it, some in each turn of the event loop, in order. */
export function createFairTurns(perTurn: number): (work: () => void) => void {
  const waiting: (() => void)[] = [];
  let left = perTurn;
  let isCounting = false;
  const countTurn = () => {
    if (isCounting) return;
    isCounting = true;
    setImmediate(nextTurn);
  };
  const nextTurn = () => {
    isCounting = false;
    left = perTurn;
    for (const work of waiting.splice(0, perTurn)) {
      left -= 1;
      work();
    }
    if (left < perTurn) countTurn();
  };
  return (work) => {
    countTurn();
    if (left === 0 || waiting.length > 0) return void waiting.push(work);
    left -= 1;
    work();
  };
}
