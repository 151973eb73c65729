/** A change that changes nothing that anybody can see, so that no test can fail on it. */
interface Equivalent {
  /** Below `src/`. */
  readonly file: string
  /** As the tool prints it. */
  readonly original: string
  readonly text: string
  readonly why: string
}

export const equivalents: readonly Equivalent[] = []
