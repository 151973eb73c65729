/** A session of a browser that is driven over HTTP (W3C WebDriver). */
export interface WebDriverSession {
  /** Sends a command; several are sent one after the other. */
  send<Value>(method: Method, path: string, body?: object): Promise<Value>
  /** Sends a command to one of the windows or tabs. */
  sendTo<Value>(window: string, method: Method, path: string, body?: object): Promise<Value>
  /** Closes the browser. */
  end(): Promise<void>
}

type Method = 'GET' | 'POST' | 'DELETE'

export async function startWebDriverSession(
  driverOrigin: string,
  capabilities: object,
): Promise<WebDriverSession> {
  const { sessionId } = await command<{ sessionId: string }>('POST', `${driverOrigin}/session`, {
    capabilities: { alwaysMatch: capabilities },
  })
  const session = `${driverOrigin}/session/${sessionId}`
  let currentWindow: string | undefined
  let last: Promise<unknown> = Promise.resolve()

  // The driver has one current window, so no command may come between the choice of a window and
  // what is sent to it.
  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  return {
    send: (method, path, body) => inTurn(() => command(method, session + path, body)),
    sendTo: (window, method, path, body) =>
      inTurn(async () => {
        if (currentWindow !== window) {
          currentWindow = undefined
          await command('POST', `${session}/window`, { handle: window })
          currentWindow = window
        }
        return command(method, session + path, body)
      }),
    end: () => inTurn(() => command('DELETE', session)),
  }
}

export async function isDriverReady(driverOrigin: string): Promise<boolean> {
  const { ready } = await command<{ ready: boolean }>('GET', `${driverOrigin}/status`)
  return ready
}

async function command<Value>(method: Method, url: string, body?: object): Promise<Value> {
  const response = await fetch(url, {
    method,
    // One connection each: the driver may close an idle one at the moment of the next command.
    headers: { connection: 'close', 'content-type': 'application/json' },
    ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
  })
  const { value } = (await response.json()) as { value: unknown }
  if (response.ok) return value as Value
  const { error, message } = value as { error: string; message: string }
  throw new Error(`${method} ${new URL(url).pathname}: ${error}: ${message}`)
}
