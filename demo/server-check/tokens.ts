import type { TokenName } from './journal.ts'

/** The values of the tokens, which stay in the memory of the page, by their names. */
export interface Tokens {
  /** The same name for the same value. */
  nameOf(kind: 'refresh' | 'access', value: string): TokenName
  valueOf(name: TokenName): string
  /** The text without any of the values. */
  withoutSecrets(text: string): string
}

/** @param from Names go on from here, so that those of an earlier session stay others. */
export function createTokens(from: number): Tokens {
  const names = new Map<string, TokenName>()
  const secrets = new Set<string>()
  let number = from
  return {
    nameOf(kind, value) {
      const known = names.get(value)
      if (known !== undefined) return known
      number += 1
      const name = `${kind === 'refresh' ? 'r' : 'a'}${number}`
      names.set(value, name)
      secrets.add(value)
      return name
    },
    valueOf(name) {
      for (const [value, one] of names) if (one === name) return value
      throw new Error(`There is no value of ${name} in this page.`)
    },
    withoutSecrets(text) {
      let rest = text
      for (const secret of secrets) rest = rest.replaceAll(secret, '…')
      return rest
    },
  }
}

/** The highest number that a name of a token in there has. */
export function highestName(text: string): number {
  const numbers = [...text.matchAll(/"[ra](\d+)"/g)].map(([, digits]) => Number(digits))
  return Math.max(0, ...numbers)
}
