/** What was sent to a control cannot be used; the message says why. */
export class ControlInputError extends Error {
  override readonly name = 'ControlInputError'
}

/** A JSON object that somebody sent; its members are not known. */
export type ControlInput = Readonly<Record<string, unknown>>

export function parseControlInput(json: string): ControlInput {
  const input = parseJson(json || '{}')
  if (isObject(input)) return input
  throw new ControlInputError('The input is not a JSON object.')
}

function isObject(value: unknown): value is ControlInput {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Refuses members that nobody reads, because they are spelled wrongly. */
export function allowOnly(input: ControlInput, ...names: readonly string[]): void {
  const unknown = Object.keys(input).find((name) => !names.includes(name))
  if (unknown === undefined) return
  const expected = names.length === 0 ? 'nothing' : names.join(', ')
  throw new ControlInputError(`"${unknown}" is not known here; expected: ${expected}.`)
}

export function numberIn(input: ControlInput, name: string, least: number): number {
  const value = input[name]
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  throw new ControlInputError(`"${name}" has to be a whole number from ${least} up.`)
}

export function textIn(input: ControlInput, name: string): string {
  const value = optionalTextIn(input, name)
  if (value !== undefined) return value
  throw new ControlInputError(`"${name}" has to be a text.`)
}

export function optionalTextIn(input: ControlInput, name: string): string | undefined {
  const value = input[name]
  if (value === undefined || typeof value === 'string') return value
  throw new ControlInputError(`"${name}" has to be a text.`)
}

export function optionalBooleanIn(input: ControlInput, name: string): boolean | undefined {
  const value = input[name]
  if (value === undefined || typeof value === 'boolean') return value
  throw new ControlInputError(`"${name}" has to be true or false.`)
}

export function optionalObjectIn(input: ControlInput, name: string): ControlInput | undefined {
  const value = input[name]
  if (value === undefined || isObject(value)) return value
  throw new ControlInputError(`"${name}" has to be an object.`)
}

/** One of a few words. */
export function wordIn<Word extends string>(
  input: ControlInput,
  name: string,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === input[name])
  if (found !== undefined) return found
  throw new ControlInputError(`"${name}" has to be one of: ${words.join(', ')}.`)
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    throw new ControlInputError('The input is not JSON.')
  }
}
