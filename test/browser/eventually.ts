/** Waits until `check` gives something, whatever happens on the way (a page may be loading). */
export async function eventually<Result>(
  what: string,
  check: () => Promise<Result | undefined | false>,
  timeoutMs = 60_000,
): Promise<Result> {
  const deadline = Date.now() + timeoutMs
  let trouble: unknown
  while (Date.now() < deadline) {
    const result = await check().catch((error: unknown) => {
      trouble = error
      return undefined
    })
    if (result !== undefined && result !== false) return result
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`Not within ${timeoutMs} ms: ${what}`, { cause: trouble })
}
