import { memberOf } from './member-of.ts'
import { areAll, isObject, isString, isWord, type Check } from './shape.ts'

/** What a value has to be, and how that reads after "must be". */
export type Rule = readonly [isMet: Check, description: string]

export const word: Rule = [isWord, 'a non-empty string']
export const text: Rule = [isString, 'a string']
export const abortSignal: Rule = [
  (value) => hasMethods(value, 'addEventListener'),
  'an AbortSignal',
]
export const texts: Rule = [(value) => areAll(value, isString), 'an object of strings']

/**
 * The members that a rule is about of what a caller, perhaps without a type checker, has passed as
 * `name`, each read once, on an object that inherits none. One that is absent passes, unless it is
 * `required`.
 *
 * @throws {TypeError} Names the member and the rule, never the value.
 */
export function checkedMembers(
  name: string,
  given: unknown,
  rules: Readonly<Record<string, Rule>>,
  required: readonly string[] = [],
): Record<string, unknown> {
  if (!isObject(given)) throw mustBe(name, 'an object')
  const read: Record<string, unknown> = Object.create(null)
  for (const [member, [isMet, description]] of Object.entries(rules)) {
    const value = memberOf(given, member)
    const isGood = value === undefined ? !required.includes(member) : isMet(value)
    if (!isGood) throw mustBe(`${name}.${member}`, description)
    read[member] = value
  }
  return read
}

export function mustBe(name: string, description: string): TypeError {
  return new TypeError(`${name} must be ${description}`)
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => isFunction(value[name]))
}
