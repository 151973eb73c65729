/** What somebody without a type checker may give `useAccessToken`: what it is, the wrong member, and how it is made. */
export const oddTokenOptions: readonly [what: string, name: string, make: () => unknown][] = [
  ['a list of scopes', 'scope', () => ({ scope: ['orders'] })],
  ['a symbol', 'audience', () => ({ audience: Symbol('orders') })],
  ['a function', 'minValidityMs', () => ({ minValidityMs: () => 1 })],
  ['no number', 'minValidityMs', () => ({ minValidityMs: Number.NaN })],
]
