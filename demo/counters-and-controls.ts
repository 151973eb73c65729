import type { IncomingMessage, ServerResponse } from 'node:http'
import { ControlInputError, parseControlInput, textIn } from './control-input.ts'
import type { ControlInput } from './control-input.ts'
import { answerPreflight, jsonOfNow, readBody, sendJson } from './http.ts'
import type { TakeBack } from './setting.ts'

/** What a page or a test can do to a server over HTTP; what lasts comes with its way back. */
export type Controls = Readonly<Record<string, (input: ControlInput) => TakeBack | void>>

export interface CountersAndControlsOptions {
  /** Whose pages may use the controls. */
  readonly origin: string
  counters(clientId?: string): unknown
  readonly controls: Controls | undefined
}

/**
 * Serves `counters` at `/demo/counters`, of one client at `/demo/counters?client=<id>`, and, if
 * there are any, the controls at `POST /demo/<name>`.
 *
 * What lasts, lasts as long as the answer to the request that asked for it, and that has no end of
 * its own: so no page can leave a fault behind, whichever way it goes. Whoever wants to know when it
 * is over asks with `?hold=<id>`, and ends it with `POST /demo/release` and `{ "hold": "<id>" }`.
 *
 * @returns Whether the request was one of these.
 */
export function createCountersAndControls(
  options: CountersAndControlsOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const { origin, counters } = options
  const holds = new Map<string, () => void>()
  const controls: Controls = {
    ...options.controls,
    ...(options.controls && { release: (input) => holds.get(textIn(input, 'hold'))?.() }),
  }

  function hold(response: ServerResponse, id: string | null, takeBack: TakeBack): void {
    const release = (): void => {
      takeBack()
      if (id !== null) holds.delete(id)
      response.end(JSON.stringify(counters()))
    }
    if (id !== null) holds.set(id, release)
    response.once('close', release)
    response.writeHead(200, { ...jsonOfNow, 'x-content-type-options': 'nosniff' })
    // There are browsers that hand out no answer before its first byte.
    response.write('\n')
    // Its client may have gone away before anybody listened.
    if (response.destroyed) release()
  }

  return async (request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (!path.startsWith('/demo/')) return false
    const rules = { origin, methods: 'GET, POST', requestHeaders: 'content-type' }
    if (answerPreflight(request, response, rules)) return true
    const name = path.slice('/demo/'.length)
    const control = Object.hasOwn(controls, name) ? controls[name] : undefined
    if (name === 'counters') {
      sendJson(response, 200, counters(searchParams.get('client') ?? undefined))
    } else if (control && request.method === 'POST') {
      // Another page that guesses the port must not use the controls.
      const from = request.headers.origin
      if (from !== undefined && from !== origin) return (sendJson(response, 403, {}), true)
      const turned = turn(control, await readBody(request))
      if ('problem' in turned) sendJson(response, 400, { error: turned.problem })
      else if (turned.takeBack) hold(response, searchParams.get('hold'), turned.takeBack)
      else sendJson(response, 200, counters())
    } else {
      sendJson(response, 404, {})
    }
    return true
  }
}

function turn(
  control: NonNullable<Controls[string]>,
  body: string,
): { readonly takeBack: TakeBack | void } | { readonly problem: string } {
  try {
    return { takeBack: control(parseControlInput(body)) }
  } catch (error) {
    if (error instanceof ControlInputError) return { problem: error.message }
    throw error
  }
}
