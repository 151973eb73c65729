import * as fc from 'fast-check'
import { expect } from 'vitest'
import { createTokenProxy, type TokenProxyOptions } from '../../src/token-proxy/index.ts'
import { clientId, clientSecret, pageOrigin, seen } from '../token-proxy/servers.ts'

export const tokenEndpoint = 'https://vendor.example/oauth/token'
/** Stands in whatever a caller can choose. */
export const mark = '"><script>mark()</script>'

/** What the vendor is sent. */
export interface Sent {
  readonly url: unknown
  readonly init: RequestInit
}

export interface OddProxy {
  readonly sent: readonly Sent[]
  /** Fulfils with what every answer of a proxy has to be, and the text of all of it. */
  ask(request: unknown): Promise<readonly [Response, string]>
}

export interface Ways {
  readonly authentication: 'post' | 'basic'
  readonly encoding: 'form' | 'json'
}

export const ways: fc.Arbitrary<Ways> = fc.record<Ways>({
  authentication: fc.constantFrom('post', 'basic'),
  encoding: fc.constantFrom('form', 'json'),
})

/** A proxy before a vendor that gives `answer`, be it a response or not. */
export function createOddProxy(
  answer: (sent: Sent) => unknown,
  changes: Partial<TokenProxyOptions> = {},
): OddProxy {
  const sent: Sent[] = []
  const proxy = createTokenProxy({
    tokenEndpoint,
    clientId,
    clientSecret,
    allowedOrigins: [pageOrigin],
    maxBodyBytes: 2_000,
    fetch: (url, init = {}) => {
      sent.push({ url, init })
      return answer({ url, init }) as Promise<Response>
    },
    ...changes,
  })
  return {
    sent,
    async ask(request) {
      const response = await proxy(request as Request)
      expect(response).toBeInstanceOf(Response)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('vary')).toBe('Origin')
      const text = await seen(response)
      const inForm = [...new URLSearchParams(text)].flat().join('\n')
      for (const reading of [text, inForm]) expect(reading).not.toContain(clientSecret)
      expect(text).not.toContain(Buffer.from(clientSecret).toString('base64'))
      return [response, text]
    },
  }
}
