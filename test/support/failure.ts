import { isTokenError, type TokenError } from '../../src/index.ts'

/** What `work` rejects with, which has to be one of the library's errors; `undefined` if it fulfils. */
export async function failureOf(work: Promise<unknown>): Promise<TokenError | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (isTokenError(error)) return error
    throw error
  }
}

/** Class and code of a failure, in one string. */
export function named(error: TokenError | undefined): string {
  return error ? `${error.name} ${error.code}` : 'none'
}
