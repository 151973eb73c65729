import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TokenManager } from 'tokenring'
import type { FakeAuthorizationServer } from '../../src/testing/fake-authorization-server.ts'
import type { ManualClock } from '../../src/testing/manual-clock.ts'
import { createProfile } from '../support/tabs.ts'

/** An app that is signed in, and a real API that wants its token. */
export interface SignedInApp {
  readonly auth: TokenManager
  readonly server: FakeAuthorizationServer
  readonly clock: ManualClock
  readonly apiUrl: string
  /** What the API was asked and knew the token of: method, path and body. */
  readonly served: readonly string[]
  /** How often it said 401. */
  rejections(): number
  close(): Promise<void>
}

export async function startSignedInApp(answer: RequestListener = answerJson): Promise<SignedInApp> {
  const profile = createProfile()
  const served: string[] = []
  let rejections = 0
  const api = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const token = (request.headers.authorization ?? '').replace(/^Bearer /, '')
      if (!profile.server.accepts(token)) {
        rejections += 1
        response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
        return
      }
      served.push(`${request.method} ${request.url} ${body}`.trim())
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => void api.listen(0, '127.0.0.1', resolve))
  const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const { auth } = await profile.openSignedInTab({
    resourceServers: [apiUrl],
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      return url.startsWith(apiUrl) ? fetch(input, init) : profile.server.fetch(input, init)
    },
  })
  return {
    auth,
    server: profile.server,
    clock: profile.clock,
    apiUrl,
    served,
    rejections: () => rejections,
    async close() {
      auth.dispose()
      api.closeAllConnections()
      await new Promise((resolve) => void api.close(resolve))
    },
  }
}

const answerJson: RequestListener = (request, response) => {
  const body = request.url === '/graphql' ? { data: { total: 3 } } : { total: 3 }
  response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
