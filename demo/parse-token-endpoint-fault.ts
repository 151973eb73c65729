import {
  ControlInputError,
  allowOnly,
  numberIn,
  optionalObjectIn,
  optionalTextIn,
  wordIn,
} from './control-input.ts'
import type { ControlInput } from './control-input.ts'
import type { TokenEndpointFault } from './token-endpoint-faults.ts'

const moments = ['before', 'after'] as const
const kinds = ['reply', 'cut', 'hang', 'delay', 'alter'] as const

/** @throws {ControlInputError} when it is not a fault. */
export function parseTokenEndpointFault(input: ControlInput): TokenEndpointFault {
  const when = wordIn(input, 'when', moments)
  const kind = wordIn(input, 'kind', kinds)
  const times = input['times'] === undefined ? {} : { times: numberIn(input, 'times', 1) }
  const common = { when, ...times }
  const allow = (...names: string[]): void => allowOnly(input, 'when', 'kind', 'times', ...names)
  switch (kind) {
    case 'reply': {
      allow('status', 'headers', 'body')
      const status = numberIn(input, 'status', 200)
      if (status > 599) throw new ControlInputError('"status" has to be at most 599.')
      const headers = headersIn(input)
      const body = optionalTextIn(input, 'body')
      return { ...common, kind, status, ...(headers && { headers }), ...(body && { body }) }
    }
    case 'cut':
    case 'hang':
      allow()
      return { ...common, kind }
    case 'delay':
      allow('ms')
      return { ...common, kind, ms: numberIn(input, 'ms', 0) }
    case 'alter': {
      allow('set', 'remove')
      if (when !== 'after') throw new ControlInputError('"alter" needs "when": "after".')
      const set = optionalObjectIn(input, 'set')
      const remove = textsIn(input, 'remove')
      return { ...common, kind, ...(set && { set }), ...(remove && { remove }) }
    }
  }
}

function headersIn(input: ControlInput): Record<string, string> | undefined {
  const headers = optionalObjectIn(input, 'headers')
  if (headers === undefined) return undefined
  const entries = Object.entries(headers).map(([name, value]) => {
    if (typeof value === 'string') return [name, value] as const
    throw new ControlInputError(`The header "${name}" has to be a text.`)
  })
  return Object.fromEntries(entries)
}

function textsIn(input: ControlInput, name: string): readonly string[] | undefined {
  const value = input[name]
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new ControlInputError(`"${name}" has to be a list of texts.`)
}
