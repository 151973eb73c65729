import {
  abortSignal,
  checkedMembers,
  isFunction,
  text,
  texts,
  word,
  type Rule,
} from '../core/checked-members.ts'
import type { AnySignInOptions } from './sign-in-options.ts'
import type {
  AccessTokenOptions,
  AuthorizationHeadersOptions,
  SignOutOptions,
  StartSessionOptions,
} from './token-manager-api.ts'

type Rules<Options> = Readonly<Partial<Record<keyof Options, Rule>>>

const flag: Rule = [(value) => typeof value === 'boolean', 'true or false']
const amount: Rule = [(value) => Number.isFinite(value) && Number(value) >= 0, 'a number of ms']

export const accessTokenRules: Rules<AccessTokenOptions> = {
  scope: word,
  resource: word,
  audience: word,
  minValidityMs: amount,
  rejected: text,
  signal: abortSignal,
}
export const headersRules: Rules<AuthorizationHeadersOptions> = {
  method: word,
  rejected: text,
  signal: abortSignal,
}
export const refreshRules: Rules<{ readonly signal?: AbortSignal | undefined }> = {
  signal: abortSignal,
}
export const startSessionRules: Rules<StartSessionOptions> = {
  scope: word,
  receivedAt: amount,
  nonce: word,
  ifSignedOut: flag,
}
export const signInRules: Rules<AnySignInOptions> = {
  returnTo: text,
  wanted: [isFunction, 'a function'],
  scope: word,
  prompt: text,
  loginHint: text,
  acrValues: text,
  maxAgeSeconds: [
    (value) => Number.isInteger(value) && Number(value) >= 0,
    'a whole number of seconds',
  ],
  parameters: texts,
  openUrl: [isFunction, 'a function'],
  follow: [isFunction, 'a function'],
  before: [isFunction, 'a function'],
}
export const signOutRules: Rules<SignOutOptions> = { revoke: flag, endSession: flag }

/**
 * The options of one call. Members that no rule is about are let be: apps pass a method on as a
 * handler, and it is called with an event then.
 *
 * @throws {TypeError} Names the member and the rule.
 */
export function checked<Options extends object>(
  options: Options | undefined,
  rules: Rules<Options>,
): Options {
  // Most calls say nothing, and are made often. What is not there is not inherited either.
  if (options === undefined) return Object.create(null) as Options
  return checkedMembers('options', options, rules as Record<string, Rule>) as Options
}
