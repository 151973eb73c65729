import { expect, it } from 'vitest'
import { compile } from './compile.ts'

const minimal = "authorizationServer: 'https://login.example.com', clientId: 'spa'"

it('no option takes a client secret, and wrong values are type errors', () => {
  const wrongOptions = [
    "clientSecret: 'x'",
    "client_secret: 'x'",
    "secret: 'x'",
    "storage: 'localStorage'",
    "refreshAhead: 'always'",
    'leewayMs: "60s"',
    'dpop: true',
  ]
  const lines = wrongOptions.map(
    (option) => `// @ts-expect-error\ncreateTokenManager({ ${minimal}, ${option} })`,
  )
  const file = ["import { createTokenManager } from 'tokenring'", ...lines].join('\n')
  // A line that compiles after all is itself an error: its directive is unused.
  expect(compile('wrong-options', { 'wrong-options.ts': file })).toEqual([])
})

it('optional members of everything that is passed in accept undefined', () => {
  const passedIn = [
    'TokenManagerOptions',
    'AuthorizationServerMetadata',
    'TokenEndpointResponse',
    'AccessTokenOptions',
    'AuthorizationHeadersOptions',
    'DpopOptions',
    'EndSessionOptions',
    'ResourceServerOptions',
    'SignInOptions',
    'SignOutOptions',
    'StartSessionOptions',
  ]
  const file = `
import type { ${passedIn.join(', ')} } from 'tokenring'

/** The members of T that may be left out, but not be undefined. Those that T does not name count for nothing. */
type Refusing<T> = {
  [K in keyof T as string extends K ? never : {} extends Pick<T, K> ? K : never]-?:
    undefined extends Required<T>[K] ? never : K
} extends infer R ? R[keyof R] : never

export const found: Refusing<{ a?: string; b?: string | undefined; c: string }> = 'a'
${passedIn.map((type) => `declare const of${type}: Refusing<${type}>[]`).join('\n')}
${passedIn.map((type) => `export const no${type}: never[] = of${type}`).join('\n')}
`
  expect(compile('optional-members', { 'optional-members.ts': file })).toEqual([])
})

it('a user has the claims of OpenID Connect by name, and those that the app says', () => {
  const file = `
import type { SessionState } from 'tokenring'
import type { UserState } from 'tokenring/react'
import type { UserState as UserStateOfVue } from 'tokenring/vue'

declare const session: Extract<SessionState, { status: 'signed-in' }>
export const name: string | undefined = session.claims?.name
export const verified: boolean | undefined = session.claims?.email_verified
export const town: string | undefined = session.claims?.address?.locality
export const other: unknown = session.claims?.['https://example.com/plan']
// @ts-expect-error
export const wrong: number | undefined = session.claims?.name

declare const { isLoading, user, error }: UserState<{ roles: string[] }> | UserStateOfVue<{ roles: string[] }>
if (!isLoading && user) {
  const roles: string[] | undefined = user.roles
  const picture: string | undefined = user.picture
  const none: undefined = error
  console.log(roles, picture, none)
}
if (isLoading) {
  const nobody: undefined = user
  console.log(nobody)
}
if (error) console.log(error.code satisfies string)
`
  expect(compile('claims', { 'claims.ts': file })).toEqual([])
})
