/** So many of them at random, the same ones for the same seed. */
export function sample<T>(all: readonly T[], count: number, seed: number): T[] {
  let state = (seed * 2_654_435_761 + 12_345) % 2 ** 32
  const below = (limit: number): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * limit)
  }
  const left = [...all]
  const chosen: T[] = []
  while (chosen.length < count && left.length > 0)
    chosen.push(...left.splice(below(left.length), 1))
  return chosen
}
