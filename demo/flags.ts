/** The value of a flag on the command line, as a whole number above 0. */
export function wholeNumberFlag(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new TypeError(`--${name} takes a whole number above 0, not "${text}".`)
}

/** The same as an origin: scheme, host and port, and no path. */
export function originFlag(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin
  throw new TypeError(`--${name} takes an origin such as http://localhost:8080, not "${text}".`)
}

/** The same as one of a few words. */
export function wordFlag<Word extends string>(
  name: string,
  text: string,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === text)
  if (found !== undefined) return found
  throw new TypeError(`--${name} takes one of ${words.join(', ')}, not "${text}".`)
}
