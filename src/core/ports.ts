import type { NoCourier } from './events.ts'

/** The part of `AbortSignal` that core needs; every `AbortSignal` is one. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Two clocks and a timer. */
export interface Clock {
  /** Wall clock, ms since the epoch. May step in either direction at any time. */
  now(): number
  /** Never steps back; only differences mean anything. May stand still while the machine sleeps. */
  monotonic(): number
  /**
   * Runs `task` once, not before `delayMs` has passed, and returns what cancels it. A delay of any
   * length is honoured (a browser's own timer fires at once past 2^31 − 1 ms).
   */
  schedule(delayMs: number, task: () => void): () => void
  /** Its timers are never late, as those of a busy, hidden or frozen page are: a clock of tests. */
  readonly isPunctual?: boolean
}

/** What an update leaves behind: nothing new, a new value, or no value. */
export type StoreChange<T> =
  | { readonly result: T }
  | { readonly result: T; readonly put: unknown }
  | { readonly result: T; readonly remove: true }

/**
 * Keeps small values under string keys for all tabs of the origin.
 *
 * An implementation owes five things. **Atomic:** between the read and the write of one
 * {@link update} no other tab writes that key. **Whole:** a reader sees a value as it was put, never
 * a mixture. **Visible:** once `update` has fulfilled, a `read` in any tab sees the change, also
 * after a reload. **In order:** what one tab asks for takes effect in the order in which it was asked.
 * **Durable where asked:** with `durable` it has also reached the disk.
 *
 * Values are structured-cloneable and may hold a non-extractable `CryptoKey`, so a store that keeps
 * only strings does not suit sender-constrained tokens.
 *
 * Implementations reject with the platform's own error; the caller translates it. An update that is
 * rejected after its `change` has run may have been written or not (a transaction that does not
 * report); one whose `change` has not run has not happened.
 */
export interface TokenStore {
  /** Fulfils with what was put under `key`, or `undefined`. The caller parses it. */
  read(key: string): Promise<unknown>
  /**
   * Reads, lets `change` decide, and writes, in one transaction. `change` runs synchronously and
   * may run again if the transaction has to be repeated. If it throws, nothing is written and the
   * promise rejects with what it threw.
   */
  update<T>(
    key: string,
    change: (stored: unknown) => StoreChange<T>,
    options?: { readonly durable?: boolean },
  ): Promise<T>
}

/** Exclusive locks between the tabs of an origin. */
export interface LockManager {
  /** Asks for the lock. Never throws; where there are no locks, `granted` fulfils with `false`. */
  request(name: string): LockHandle
}

/** One request for a lock, waiting, held or over. */
export interface LockHandle {
  /** Fulfils with `true` once held, with `false` if it never will be. Never rejects. */
  readonly granted: Promise<boolean>
  /** Whether the lock is held at this moment. It may be lost without a release (page cache). */
  isHeld(): boolean
  /** Lets go of the lock, or withdraws the request. Safe to call again. */
  release(): void
}

/** Opens a channel to the other tabs. `undefined` where there is none. */
export type OpenChannel = (
  name: string,
  onMessage: (message: unknown) => void,
) => PeerChannel | undefined

/** Messages to the other tabs of the origin; delivery is not promised, nor is order. */
export interface PeerChannel {
  /** Sends to every other open channel of this name, not to this one. Never throws. */
  post(message: unknown): void
  /** Ends delivery in both directions. */
  close(): void
}

/**
 * What happens to the page.
 *
 * `hide`: it is going away or into the back/forward cache; `restore`: it came back from there, or is
 * shown after it was prerendered;
 * `visible`: it came to the foreground; `resume`: it was thawed; `online`: the network is back.
 */
export type PageEvent = 'hide' | 'restore' | 'visible' | 'resume' | 'online'

/** The page this manager lives in. */
export interface PageEvents {
  isVisible(): boolean
  /**
   * Whether the page is only made ready for a click that may never come. It counts as put away then,
   * until a `restore` is reported.
   */
  isPrerendering?(): boolean
  /** `false` only when it is certain that there is no network. */
  isOnline(): boolean
  /** Whether the user has just done something here; `undefined`, or no such method, where nobody can tell. */
  isActivated?(): boolean | undefined
  /** Whether the user came here by Back or Forward, the page was loaded anew for that, and he has done nothing in it yet. */
  isRevisit?(): boolean
  /** Reports page events until the returned function is called. */
  subscribe(listener: (event: PageEvent) => void): () => void
}

/** The page's address. */
export interface Navigation {
  currentUrl(): string
  /** What the browser resolves relative addresses against: that of the page, unless `<base>` says otherwise. */
  baseUrl(): string
  /** Replaces the address shown, without loading anything. */
  replaceUrl(url: string): void
  /** Leaves for `url`. */
  leaveFor(url: string): void
  /** Closes the window, if the browser lets the page do that. */
  close?(): void
}

/**
 * What this tab remembers across reloads and redirects: small texts, none of them a secret, under keys
 * that hold the manager's name. A tab that is duplicated takes a copy along.
 */
export interface TabStorage {
  /** What was last put under `key`, or `undefined`. Never throws. */
  get(key: string): string | undefined
  /** Remembers `value`, or with `undefined` nothing any more. Never throws. */
  set(key: string, value: string | undefined): void
}

/** What came of a letter, as it came: nobody has looked into it yet. */
export type LetterAnswer = {
  /** Ms since the epoch. */
  readonly receivedAt: number
} & (
  | {
      readonly status: number
      /** Those that the protocol reads, in lower case. */
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  /** There was none, or not all of it. */
  | { readonly failure: 'network' | 'timeout' }
)

/** A letter as it is handed to a courier. */
export interface PostedLetter {
  readonly id: string
  readonly url: string
  readonly accept: string
  readonly dpop?: string
  readonly body: string
  /** When it is too late to open it, by the wall clock. */
  readonly notAfter: number
  /** Bound on the request, from its opening on, body included. */
  readonly timeoutMs: number
}

/**
 * What a courier says of a letter: it sends it; it does not, and never will; the answer is filed; or
 * the answer itself, where storage refuses it.
 */
export type CourierWord = 'opened' | 'not-sent' | 'filed' | LetterAnswer

/** Sends letters outside the page, and files what comes of them in the session's record. */
export interface Courier {
  /** Whether a letter can be handed over now. */
  isAvailable(): boolean
  /**
   * Hands a letter over in this very turn, and returns what ends the listening. What is heard of it may
   * come late, twice, or never.
   */
  post(letter: PostedLetter, onWord: (word: CourierWord) => void): () => void
  /** It does not do its work, so it gets no letters any more. */
  giveUp(reason: NoCourier): void
}

/** Randomness that is not a secret: jitter, and names for tabs. */
export interface Random {
  /** At least 0, less than 1. */
  fraction(): number
  /** A fresh name; no two are ever equal. */
  id(): string
}
