import { defined } from '../core/defined.ts'
import type { TabStorage } from '../core/ports.ts'
import { isString, parseJsonObject } from '../core/shape.ts'

/** What a tab remembers of the last sign-in that it has left for, until a session has come of it. */
export interface TabSignIn {
  /** While it is open: the callback has not come yet. */
  readonly state?: string | undefined
  readonly returnTo: string
  /** The address that a callback came to, without query and fragment: nobody wants to return there. */
  readonly at?: string | undefined
  /** The address it should have come to, if that is another one. */
  readonly awaitedAt?: string | undefined
}

export interface TabSignInMemory {
  recall(): TabSignIn | undefined
  /** `undefined` forgets. */
  remember(signIn: TabSignIn | undefined): void
}

/** Survives the login page and a reload, which a page's own memory does not. */
export function createTabSignInMemory(tabStorage: TabStorage, key: string): TabSignInMemory {
  return {
    recall() {
      const { state, returnTo, at, awaitedAt } = parseJsonObject(tabStorage.get(key) ?? '') ?? {}
      return isString(returnTo)
        ? defined({ returnTo, state: text(state), at: text(at), awaitedAt: text(awaitedAt) })
        : undefined
    },
    remember: (signIn) => tabStorage.set(key, signIn && JSON.stringify(signIn)),
  }
}

function text(value: unknown): string | undefined {
  return isString(value) ? value : undefined
}
