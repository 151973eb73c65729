/** `not-found-out`: not seen, and so not guessed. */
export type Verdict = 'good' | 'care' | 'bad' | 'not-found-out'

export interface Finding {
  readonly id: string
  readonly title: string
  readonly verdict: Verdict
  readonly seen: string
  /** For the users of an app. */
  readonly means: string
  /** For the developer of it. */
  readonly todo: string
  /** What to ask of whoever makes or runs the server. */
  readonly ask?: string
}

/** What the server named about itself. */
export interface Named {
  readonly revocation: boolean
  readonly dpop: boolean
  /** Scopes that it says it knows. */
  readonly scopes: readonly string[]
  /** What was asked for. */
  readonly scope: string
  /** The longest age at which a spent refresh token was to be presented. */
  readonly longestMs: number
}

export const nothingToDo = 'Nothing.'
