import type { IncomingMessage, ServerResponse } from 'node:http'
import { ControlInputError, parseControlInput } from './control-input.ts'
import type { ControlInput } from './control-input.ts'
import { answerPreflight, readBody, sendJson } from './http.ts'

/** Named switches that a page or a test can turn over HTTP. */
export type Controls = Readonly<Record<string, (input: ControlInput) => void>>

/**
 * Serves `counters` at `/demo/counters`, of one client at `/demo/counters?client=<id>`, and, if
 * there are any, the controls at `POST /demo/<name>`. Whether the request was one of these.
 */
export async function serveCountersAndControls(
  request: IncomingMessage,
  response: ServerResponse,
  options: {
    readonly origin: string
    counters(clientId?: string): unknown
    readonly controls: Controls | undefined
  },
): Promise<boolean> {
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  if (!path.startsWith('/demo/')) return false
  const { origin, counters, controls } = options
  const rules = { origin, methods: 'GET, POST', requestHeaders: 'content-type' }
  if (answerPreflight(request, response, rules)) return true
  const control = controlNamed(path.slice('/demo/'.length), controls)
  if (path === '/demo/counters') {
    sendJson(response, 200, counters(searchParams.get('client') ?? undefined))
  } else if (control && request.method === 'POST') {
    // Another page that guesses the port must not turn the switches.
    const from = request.headers.origin
    if (from !== undefined && from !== origin) return (sendJson(response, 403, {}), true)
    const body = await readBody(request)
    const problem = problemOf(() => control(parseControlInput(body)))
    if (problem === undefined) sendJson(response, 200, counters())
    else sendJson(response, 400, { error: problem })
  } else {
    sendJson(response, 404, {})
  }
  return true
}

function controlNamed(name: string, controls: Controls = {}): Controls[string] | undefined {
  return Object.hasOwn(controls, name) ? controls[name] : undefined
}

/** Why the input cannot be used, if it cannot. */
function problemOf(turn: () => void): string | undefined {
  try {
    turn()
    return undefined
  } catch (error) {
    if (error instanceof ControlInputError) return error.message
    throw error
  }
}
