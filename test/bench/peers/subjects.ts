import { readFileSync } from 'node:fs'
import type { RowId } from './rows/row.ts'

/** Who is compared. */
export interface SubjectInfo {
  /** Its file in `subjects/`. */
  readonly id: string
  readonly name: string
  /** On npm; none for what is no library. */
  readonly package?: string
  /** What an app imports of it, as the end of an `export` statement. */
  readonly imports?: string
  /** The settings that matter, in words. */
  readonly settings: string
  /** How this subject spells the issuer: what comes after the server's origin. */
  readonly issuerPath?: string
  /** Every tab gets a session of its own from the server; there is none to find in storage. */
  readonly hasSessionPerTab?: boolean
  /** Rows that it has no figure in, and why. */
  readonly cannot?: Partial<Record<RowId, string>>
}

const noRenewal = {
  renewal: 'nothing to renew',
  outage: 'nothing to renew',
  gone: 'nothing to renew',
}

export const subjects: readonly SubjectInfo[] = [
  {
    id: 'tokenring',
    name: 'tokenring',
    imports: "{ createTokenManager } from '../../../src/index.ts'",
    settings: 'defaults',
  },
  {
    id: 'auth0-spa-js',
    name: 'auth0-spa-js',
    package: '@auth0/auth0-spa-js',
    imports: "{ createAuth0Client } from '@auth0/auth0-spa-js'",
    settings: "`useRefreshTokens`, `cacheLocation: 'localstorage'`; `createFetcher()`",
    issuerPath: '/',
  },
  {
    id: 'supabase-auth-with-lock',
    name: 'supabase auth-js, with its lock',
    package: '@supabase/auth-js',
    imports: "{ AuthClient, navigatorLock } from '@supabase/auth-js'",
    settings:
      '`lock: navigatorLock`, which it calls deprecated; `getSession()` before each request',
  },
  {
    id: 'supabase-auth',
    name: 'supabase auth-js',
    package: '@supabase/auth-js',
    imports: "{ AuthClient } from '@supabase/auth-js'",
    settings: 'defaults; `getSession()` before each request',
  },
  {
    id: 'axa-oidc-client',
    name: 'axa oidc-client',
    package: '@axa-fr/oidc-client',
    imports: "{ OidcClient, TokenAutomaticRenewMode } from '@axa-fr/oidc-client'",
    settings:
      '`storage: localStorage`, no service worker, `AutomaticOnlyWhenFetchExecuted`; `fetchWithTokens`',
  },
  {
    id: 'okta-auth-js',
    name: 'okta-auth-js',
    package: '@okta/okta-auth-js',
    imports: "{ OktaAuth } from '@okta/okta-auth-js'",
    settings: 'defaults, services started; `getOrRenewAccessToken()` before each request',
  },
  {
    id: 'oidc-client-ts',
    name: 'oidc-client-ts',
    package: 'oidc-client-ts',
    imports: "{ UserManager, WebStorageStateStore } from 'oidc-client-ts'",
    settings:
      '`userStore` in localStorage; `getUser()` before each request, `signinSilent()` if it has expired',
  },
  {
    id: 'keycloak-js',
    name: 'keycloak-js',
    package: 'keycloak-js',
    imports: "{ default } from 'keycloak-js'",
    settings: '`check-sso` in a frame, no login frame; `updateToken(5)` before each request',
    hasSessionPerTab: true,
  },
  {
    id: 'twenty-lines',
    name: 'a refresh of twenty lines',
    imports: "{ start } from './subjects/twenty-lines.ts'",
    settings: 'tokens in localStorage, one refresh at a time within a tab',
  },
  {
    id: 'plain-fetch',
    name: 'plain fetch',
    settings: 'a token that never runs out: the floor',
    cannot: { ...noRenewal, bytes: 'nothing imported' },
  },
]

/** The name with the version that is installed. */
export function versionOf({ package: name }: SubjectInfo): string | undefined {
  if (name === undefined) return undefined
  const manifest = new URL(`./node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version
}
