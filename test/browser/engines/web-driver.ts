import { createInTurn } from './in-turn.ts'

/** A session of a browser that is driven over HTTP (W3C WebDriver). */
export interface WebDriverSession {
  /** Opens another window and names it. */
  openWindow(): Promise<string>
  /** Sends a command to one of the windows; several commands are sent one after the other. */
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
  const firstWindow = await command<string>('GET', `${session}/window`)
  let currentWindow: string | undefined = firstWindow
  // The driver has one current window, so no command may come between the choice of a window and
  // what is sent to it.
  const inTurn = createInTurn()

  const sendTo: WebDriverSession['sendTo'] = (window, method, path, body) =>
    inTurn(async () => {
      if (currentWindow !== window) {
        currentWindow = undefined
        await command('POST', `${session}/window`, { handle: window })
        currentWindow = window
      }
      return command(method, session + path, body)
    })

  return {
    sendTo,
    async openWindow() {
      // From the first one, which stays open: where the current window was closed, nothing can be
      // opened (WebDriver, New Window), and without any window the session ends.
      const body = { type: 'window' }
      const opened = await sendTo<{ handle: string }>(firstWindow, 'POST', '/window/new', body)
      return opened.handle
    },
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
