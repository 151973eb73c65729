import { isObject } from '../core/shape.ts'

const longest = 500
/** Who the user is and where he was concerns nobody who reads a bug report. */
const personal = ['sub', 'claims', 'returnTo', 'error_uri']
const instant = /(?:At|^until)$/

/**
 * The members of an object as ` name=value`. Words of a server are quoted and cut, so that they make
 * no lines of their own.
 */
export function describeMembers(members: object): string {
  return Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${describe(name, value)}`)
    .join('')
}

function describe(name: string, value: unknown): string {
  if (personal.includes(name)) return '(left out)'
  if (typeof value === 'number' && instant.test(name)) return describeInstant(value)
  if (typeof value === 'string' && /^[\w.:/-]{1,200}$/.test(value)) return value
  if (value instanceof Error) return `(${describe('', value.message)}${describeMembers(value)})`
  if (isObject(value) && !Array.isArray(value)) return `(${describeMembers(value).trim()})`
  const text = JSON.stringify(value) ?? typeof value
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** In UTC; an app's own clock may show what is no date. */
export function describeInstant(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString()
}
