/** The same members, with those left out that are undefined. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K]
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** An optional member is absent or has a value; it is never there with the value `undefined`. */
export function defined<T extends object>(members: T): Defined<T> {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  // What is left is what the type says.
  return Object.fromEntries(entries) as Defined<T>
}
