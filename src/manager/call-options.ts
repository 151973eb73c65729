import { memberOf } from '../core/member-of.ts'
import {
  checkIsObject,
  checkMember,
  flag,
  isObject,
  text,
  texts,
  word,
  type Rule,
} from './rules.ts'
import type {
  AccessTokenOptions,
  AuthorizationHeadersOptions,
  OpenUrlSignInOptions,
  SignOutOptions,
  StartSessionOptions,
} from './token-manager-api.ts'

type Rules<Options> = Readonly<Partial<Record<keyof Options, Rule>>>

const signal: Rule = [
  (value) => isObject(value) && typeof value['addEventListener'] === 'function',
  'must be an AbortSignal',
]
const amount: Rule = [
  (value) => Number.isFinite(value) && Number(value) >= 0,
  'must be a number of ms',
]

export const accessTokenRules: Rules<AccessTokenOptions> = {
  scope: word,
  resource: word,
  audience: word,
  minValidityMs: amount,
  rejected: text,
  signal,
}
export const headersRules: Rules<AuthorizationHeadersOptions> = {
  method: word,
  rejected: text,
  signal,
}
export const refreshRules: Rules<{ readonly signal?: AbortSignal | undefined }> = { signal }
export const startSessionRules: Rules<StartSessionOptions> = {
  scope: word,
  receivedAt: amount,
  nonce: word,
  ifSignedOut: flag,
}
export const signInRules: Rules<Partial<OpenUrlSignInOptions>> = {
  returnTo: text,
  scope: word,
  prompt: text,
  loginHint: text,
  acrValues: text,
  maxAgeSeconds: [
    (value) => Number.isInteger(value) && Number(value) >= 0,
    'must be a whole number of seconds',
  ],
  parameters: texts,
  openUrl: [(value) => typeof value === 'function', 'must be a function'],
}
export const signOutRules: Rules<SignOutOptions> = { revoke: flag, endSession: flag }

/**
 * The options of one call, which a caller without a type checker may have got wrong. Members that no
 * rule is about are let be: apps pass a method on as a handler, and it is called with an event then.
 *
 * @returns Those that a rule is about, each read once, on an object that inherits none.
 *
 * @throws {TypeError} Names the member and the rule.
 */
export function checked<Options extends object>(
  options: Options | undefined,
  rules: Rules<Options>,
): Options {
  const read: Record<string, unknown> = Object.create(null)
  if (options !== undefined) {
    checkIsObject(options)
    for (const [name, rule] of Object.entries(rules as Record<string, Rule>)) {
      read[name] = memberOf(options, name)
      checkMember(name, read[name], rule)
    }
  }
  return read as Options
}
