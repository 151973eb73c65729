const operations = ['digest', 'sign', 'generateKey', 'importKey', 'exportKey'] as const

/**
 * Watches `crypto.subtle`, whose work is done beside the event loop: no number of turns says that it
 * is over, and time that is moved by hand would run ahead of it. Returns what waits for all of it.
 */
export function watchCrypto(): () => Promise<void> {
  const underWay = new Set<Promise<unknown>>()
  const subtle = crypto.subtle as unknown as Record<string, (...given: unknown[]) => unknown>
  for (const name of operations) {
    const operate = subtle[name]?.bind(crypto.subtle)
    if (!operate) continue
    subtle[name] = (...given) => {
      const work = Promise.resolve(operate(...given))
      underWay.add(work)
      const forget = (): void => void underWay.delete(work)
      work.then(forget, forget)
      return work
    }
  }
  return async () => {
    while (underWay.size > 0) await Promise.allSettled(underWay)
  }
}
