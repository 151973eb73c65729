import {
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  type AuthorizationServer,
} from 'oauth4webapi'
import { ConfigurationError } from '../core/errors.ts'
import { defined } from '../core/defined.ts'
import type { Clock } from '../core/ports.ts'
import { scopeSet, toTokenParameters, type TokenParameters } from '../core/record/token-set.ts'
import { codeChallengeOf } from './code-challenge.ts'
import { createCryptoBound } from './crypto-bound.ts'
import type { DpopSupport } from './dpop.ts'
import { parseReturnTo } from './return-to.ts'
import { metadataInvalid } from './server-metadata.ts'
import type { SignInTransaction } from './sign-in-transactions.ts'

export interface SignInOptions {
  /** Where the app wants to be after sign-in: a path of this origin. Default: where it is now. */
  readonly returnTo?: string | undefined
  /** Default: the scope of the manager. */
  readonly scope?: string | undefined
  /** OpenID Connect's `prompt`, such as `'login'` or `'none'`. */
  readonly prompt?: string | undefined
  readonly loginHint?: string | undefined
  /** What a step-up asks for (RFC 9470). */
  readonly acrValues?: string | undefined
  readonly maxAgeSeconds?: number | undefined
  /** Further parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
}

export interface BegunSignIn extends SignInOptions {
  /** There, if the page that has begun it stays, and waits for what becomes of it. */
  readonly follow?: unknown
  /** There, if the login page is shown elsewhere. */
  readonly openUrl?: unknown
}

export interface AuthorizationRequestOptions {
  readonly clientId: string
  readonly parameters: TokenParameters
  readonly resourceServers: readonly (string | { readonly resource?: string | undefined })[]
  readonly authorizationParameters: Readonly<Record<string, string>>
  readonly redirectUri: string | undefined
  readonly metadata: () => Promise<AuthorizationServer>
  readonly clock: Clock
  readonly dpop: DpopSupport | undefined
  readonly pageUrl: () => string
  /** Where to return to if nobody says. */
  readonly whereToReturn: () => string
  /** What every state begins with. */
  readonly mark: string
}

const ownedParameters = [
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'state',
  'nonce',
  // What these ask for is checked in the reply, so it has to be known.
  'scope',
  'max_age',
  'code_challenge',
  'code_challenge_method',
  'dpop_jkt',
  'request',
  'request_uri',
]

/**
 * The address that a sign-in leaves for, and what has to be remembered until it comes back.
 *
 * @throws {TypeError} Names the option of this sign-in that is wrong.
 * @throws {SignInError} `UNAVAILABLE`: the metadata cannot be had now.
 */
export async function createAuthorizationRequest(
  options: AuthorizationRequestOptions,
  wanted: BegunSignIn,
): Promise<{ readonly address: string; readonly transaction: SignInTransaction }> {
  const { redirectUri, dpop, pageUrl } = options
  if (!redirectUri) throw new TypeError('options.redirectUri is required for signIn()')
  // Browsers leave it out of insecure contexts, whatever the types say.
  if (!(globalThis.crypto as Partial<Crypto> | undefined)?.subtle) {
    throw new ConfigurationError(
      'UNSUPPORTED',
      'signIn() needs a secure context: https, or loopback.',
    )
  }
  const returnTo = parseReturnTo(wanted.returnTo ?? options.whereToReturn(), pageUrl())
  if (returnTo === undefined && wanted.returnTo !== undefined) {
    throw new TypeError('returnTo must be a path of this origin')
  }
  const { maxAgeSeconds } = wanted
  const further = { ...options.authorizationParameters, ...wanted.parameters }
  const owned = ownedParameters.find((name) => Object.hasOwn(further, name))
  if (owned)
    throw new TypeError(`parameters.${owned} is set by the protocol or by an option of its own`)

  const { authorization_endpoint, code_challenge_methods_supported: methods } =
    await options.metadata()
  if (!authorization_endpoint) {
    throw metadataInvalid('authorization_endpoint', 'is required for signIn()')
  }
  if (Array.isArray(methods) && !methods.includes('S256')) {
    throw metadataInvalid('code_challenge_methods_supported', 'must name S256 for signIn()')
  }
  const scope = wanted.scope ?? options.parameters.scope
  const isOpenId = scope !== undefined && scopeSet(scope).includes('openid')
  const senderKey = await dpop?.createKeyPair()
  const transaction: SignInTransaction = defined({
    state: options.mark + generateRandomState(),
    verifier: generateRandomCodeVerifier(),
    nonce: isOpenId ? generateRandomNonce() : undefined,
    redirectUri,
    scope,
    // The page's own address may be none that can be returned to: https://app.example//a
    returnTo: returnTo ?? '/',
    maxAgeSeconds,
    senderKey,
    isFollowed: wanted.follow && true,
    createdAt: options.clock.now(),
  })
  const address = new URL(authorization_endpoint)
  const parameters = {
    ...further,
    ...defined({
      response_type: 'code',
      client_id: options.clientId,
      redirect_uri: redirectUri,
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: await createCryptoBound(options.clock).bound(
        codeChallengeOf(transaction.verifier),
      ),
      code_challenge_method: 'S256',
      dpop_jkt: await dpop?.thumbprint(senderKey),
      scope,
      resource: options.parameters.resource,
      audience: options.parameters.audience,
      prompt: wanted.prompt,
      login_hint: wanted.loginHint,
      acr_values: wanted.acrValues,
      max_age: maxAgeSeconds?.toString(),
    }),
  }
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value)
  // A token for a resource can be had only if its sign-in has named it (RFC 8707 §2.2).
  for (const server of options.resourceServers) {
    const { resource } = toTokenParameters(Object(server))
    if (resource && !address.searchParams.getAll('resource').includes(resource))
      address.searchParams.append('resource', resource)
  }
  return { address: address.href, transaction }
}
