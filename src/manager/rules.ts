/** What a value has to be, and how that reads in an error message. */
export type Rule = readonly [check: (value: unknown) => boolean, text: string]

export const word: Rule = [isWord, 'must be a non-empty string']
export const text: Rule = [isString, 'must be a string']
export const flag: Rule = [(value) => typeof value === 'boolean', 'must be true or false']
export const texts: Rule = [
  (value) => isObject(value) && Object.values(value).every(isString),
  'must be an object of strings',
]

/**
 * Checks a member of what a caller passed as `options`; one that is absent passes, unless it is required.
 *
 * @throws {TypeError} Names the member and the rule, never the value.
 */
export function checkMember(
  name: string,
  value: unknown,
  [check, mustBe]: Rule,
  isRequired: boolean = false,
): void {
  const isGood = value === undefined ? !isRequired : check(value)
  if (!isGood) throw new TypeError(`options.${name} ${mustBe}`)
}

/** @throws {TypeError} */
export function checkIsObject(options: unknown): asserts options is Record<string, unknown> {
  if (!isObject(options)) throw new TypeError('options must be an object')
}

export function isWord(value: unknown): value is string {
  return isString(value) && value !== ''
}

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
