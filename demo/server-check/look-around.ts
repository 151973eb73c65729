import { createDpopProof } from './dpop-proof.ts'
import type { DpopEntry, EndpointEntry, EndpointName, Entry, PageAnswer } from './journal.ts'
import { parseMetadata } from './metadata.ts'
import type { Metadata } from './metadata.ts'
import { readAnswer } from './read-answer.ts'
import { parseJson } from './settings.ts'
import type { Settings } from './settings.ts'
import { createTokens } from './tokens.ts'
import { postForm, send } from './wire.ts'
import type { Wire } from './wire.ts'

/** What can be seen before anybody signs in. */
export interface Surroundings {
  readonly entries: readonly Entry[]
  readonly metadata: Metadata | undefined
  /** Why there is none that will do. */
  readonly problem?: string
}

/** It looks like a token, and is nobody's. */
const madeUp = 'made-up-by-a-server-check'

/** @param pageUrl Where the page is: addresses in pasted metadata may be relative to it. */
export async function lookAround(
  settings: Settings,
  wire: Wire,
  pageUrl: string,
): Promise<Surroundings> {
  const found =
    settings.metadata.trim() === ''
      ? await discover(settings.issuer, wire)
      : pasted(settings.metadata, pageUrl)
  const { metadata } = found
  if (!metadata) return found
  const entries = [
    ...found.entries,
    ...(await askEndpoints(metadata, settings.clientId, wire)),
    ...(metadata.dpop ? [await askWithProof(metadata, settings.clientId, wire)] : []),
  ]
  return { ...found, entries }
}

function pasted(text: string, pageUrl: string): Surroundings {
  const metadata = parseMetadata(parseJson(text), pageUrl)
  if (typeof metadata !== 'string') return { entries: [], metadata }
  return {
    entries: [],
    metadata: undefined,
    problem: `The pasted metadata will not do. ${metadata}`,
  }
}

/** OpenID Connect Discovery §4, and where that is not there RFC 8414 §3. */
async function discover(issuer: string, wire: Wire): Promise<Surroundings> {
  const url = new URL(issuer)
  const path = url.pathname.replace(/\/$/, '')
  const addresses = [
    `${url.origin}${path}/.well-known/openid-configuration`,
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
  ]
  const entries: EndpointEntry[] = []
  for (const address of addresses) {
    const { entry, metadata } = await askForMetadata(address, issuer, wire)
    entries.push(entry)
    if (metadata) return { entries, metadata }
    if (entry.metadata === 'odd' || typeof entry.metadata === 'object') break
  }
  return { entries, metadata: undefined, problem: 'A page cannot find its way around this server.' }
}

async function askForMetadata(
  url: string,
  issuer: string,
  wire: Wire,
): Promise<{ readonly entry: EndpointEntry; readonly metadata?: Metadata }> {
  const response = await send(wire, url, { headers: { accept: 'application/json' } })
  const entry = { step: 'endpoint', name: 'discovery', url } as const
  if (!response) return { entry: { ...entry, answer: await whetherItAnswers(url, {}, wire) } }
  const answer = readable(response)
  if (!response.ok) return { entry: { ...entry, answer, metadata: 'none' } }
  const metadata = parseMetadata(parseJson(await response.text().catch(() => '')), url)
  if (typeof metadata === 'string') return { entry: { ...entry, answer, metadata: 'odd' } }
  if (metadata.issuer !== issuer) {
    return { entry: { ...entry, answer, metadata: { otherIssuer: metadata.issuer.slice(0, 200) } } }
  }
  return { entry: { ...entry, answer, metadata: 'good' }, metadata }
}

/** Each as an app would: those that a page navigates to need no CORS. */
async function askEndpoints(
  metadata: Metadata,
  clientId: string,
  wire: Wire,
): Promise<readonly EndpointEntry[]> {
  const { token_endpoint, revocation_endpoint, userinfo_endpoint, jwks_uri } = metadata
  const entries: EndpointEntry[] = []
  const ask = async (
    name: EndpointName,
    url: string | undefined,
    form?: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    if (url === undefined) return
    const response = form
      ? await postForm(wire, url, form, headers)
      : await send(wire, url, { headers })
    const answer = response
      ? readable(response)
      : await whetherItAnswers(
          url,
          form ? { method: 'POST', body: new URLSearchParams(form) } : {},
          wire,
        )
    const isToken = name === 'token' && response !== undefined
    const reply = isToken ? { reply: await readAnswer(response, createTokens(0)) } : {}
    entries.push({ step: 'endpoint', name, url, answer, ...reply })
  }
  await ask('token', token_endpoint, madeUpRefresh(clientId))
  await ask('revocation', revocation_endpoint, { client_id: clientId, token: madeUp })
  await ask('userinfo', userinfo_endpoint, undefined, { authorization: `Bearer ${madeUp}` })
  await ask('jwks', jwks_uri)
  return entries
}

async function askWithProof(metadata: Metadata, clientId: string, wire: Wire): Promise<DpopEntry> {
  const url = metadata.token_endpoint
  const form = madeUpRefresh(clientId)
  const dpop = await createDpopProof(url, Date.now())
  const response = await postForm(wire, url, form, { dpop })
  if (!response) {
    const init = { method: 'POST', body: new URLSearchParams(form) }
    const answer = await whetherItAnswers(url, init, wire)
    return { step: 'dpop', answer, asksForNonce: false, nonceReadable: false }
  }
  const reply = await readAnswer(response.clone(), createTokens(0))
  return {
    step: 'dpop',
    answer: readable(response),
    asksForNonce: reply.kind === 'refused' && reply.error === 'use_dpop_nonce',
    nonceReadable: response.headers.has('dpop-nonce'),
  }
}

function madeUpRefresh(clientId: string): Readonly<Record<string, string>> {
  return { grant_type: 'refresh_token', client_id: clientId, refresh_token: madeUp }
}

function readable(response: Response): PageAnswer {
  return { kind: 'readable', status: response.status, headers: [...response.headers.keys()] }
}

/** A request whose answer nobody may read anyway succeeds wherever there is an answer at all. */
async function whetherItAnswers(url: string, init: RequestInit, wire: Wire): Promise<PageAnswer> {
  const response = await send(wire, url, { ...init, mode: 'no-cors', redirect: 'follow' })
  return { kind: response ? 'hidden' : 'silent' }
}
