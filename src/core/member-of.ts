/**
 * A member of what a caller passed as options: its own, or one of its classes', which may be a getter.
 * What stands on `Object.prototype` is nobody's option: another script may have put it there.
 */
export function memberOf(options: object, name: string): unknown {
  for (let owner = options; ;) {
    const next: object | null = Object.getPrototypeOf(owner)
    // Any realm's `Object.prototype` is the last of its chain.
    const isRoot = next === null && owner !== options
    if (!isRoot && Object.hasOwn(owner, name)) return (options as Record<string, unknown>)[name]
    if (next === null) return undefined
    owner = next
  }
}

/**
 * Those of the named members that are there, each read once. The copy inherits nothing, so that what is
 * not there stays away from whoever reads it later.
 */
export function membersOf(options: object, names: readonly string[]): Record<string, unknown> {
  const read: Record<string, unknown> = Object.create(null)
  for (const name of names) {
    const value = memberOf(options, name)
    if (value !== undefined) read[name] = value
  }
  return read
}
