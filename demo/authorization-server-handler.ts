import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createAuthorizationServerControls } from './authorization-server-controls.ts'
import type { Operations } from './authorization-server-operations.ts'
import type { AuthorizationServerOptions } from './authorization-server-options.ts'
import { errorPage } from './authorization-server-pages.ts'
import { createCountersAndControls } from './counters-and-controls.ts'
import { sendHtml } from './http.ts'

/** Serves the counters and controls of an authorization server, and leaves the rest to `serve`. */
export function createAuthorizationServerHandler(
  operations: Operations,
  options: Pick<AuthorizationServerOptions, 'pageOrigin' | 'controls'>,
  serve: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): RequestListener {
  const { pageOrigin } = options
  const serveOwn = createCountersAndControls({
    origin: pageOrigin,
    counters: operations.counters,
    controls: options.controls ? createAuthorizationServerControls(operations) : undefined,
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await serveOwn(request, response)) return
    // A tab of the demo may be a frame, and signs in there; nobody else frames a login page.
    response.setHeader('content-security-policy', `frame-ancestors ${pageOrigin}`)
    const openerPolicy = operations.openerPolicy()
    if (openerPolicy) response.setHeader('cross-origin-opener-policy', openerPolicy)
    await serve(request, response)
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      sendHtml(response, 500, errorPage({ error: String(error) }))
    })
  }
}
