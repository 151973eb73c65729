/** Lets promises that are settled be heard of, but no task run. */
export async function promiseTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve()
}
