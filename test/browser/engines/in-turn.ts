/** Runs one piece of work at a time, in the order in which they were handed over. */
export type InTurn = <Value>(work: () => Promise<Value>) => Promise<Value>

export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}
