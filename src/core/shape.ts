/** Whether one value is what it has to be. */
export type Check = (value: unknown) => boolean

/** An object of any kind, a list included. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

export function isWord(value: unknown): value is string {
  return isString(value) && value !== ''
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/** Whether every required member, and every optional one that is there, passes its check. */
export function fits(
  value: unknown,
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): boolean {
  return (
    isObject(value) &&
    Object.entries(required).every(([name, check]) => check(value[name])) &&
    Object.entries(optional).every(
      ([name, check]) => value[name] === undefined || check(value[name]),
    )
  )
}

/** Whether all that an object or a list holds passes. */
export function areAll(values: unknown, check: Check): boolean {
  return isObject(values) && Object.values(values).every(check)
}

/** A JSON object, or nothing. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
