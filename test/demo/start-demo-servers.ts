import { startServers } from '../../demo/servers.ts'
import type { Servers, ServersOptions } from '../../demo/servers.ts'

/** The servers with an empty page, and with controls unless the options say otherwise. */
export function startDemoServers(
  options: Partial<Omit<ServersOptions, 'createPageServer' | 'pageOrigin'>> = {},
): Promise<Servers> {
  return startServers({
    createPageServer: () => ({ handle: (_request, response) => response.end() }),
    controls: true,
    ...options,
  })
}

/** Turns a switch as the page does. */
export function turn(
  origin: string,
  name: string,
  input: unknown = {},
  from?: string,
): Promise<Response> {
  return fetch(`${origin}/demo/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(from !== undefined && { origin: from }) },
    body: typeof input === 'string' ? input : JSON.stringify(input),
  })
}
