import { inspect } from 'node:util'

/** Everything that a logger, however thorough, can find in a value. */
export function everythingIn(value: unknown, seen: Set<unknown> = new Set()): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || seen.has(value)) return ''
  seen.add(value)
  const members = Reflect.ownKeys(value).map((key) => {
    const member: unknown = Reflect.get(value, key)
    return `${String(key)} ${everythingIn(member, seen)}`
  })
  return [JSON.stringify(value), inspect(value, { depth: 9 }), ...members].join('\n')
}
