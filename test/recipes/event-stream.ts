import type { TokenManager } from 'tokenring'

/** In place of `EventSource`, which can send no header. */
export async function* readEvents(
  auth: TokenManager,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const response = await auth.fetch(url, { headers: { accept: 'text/event-stream' }, signal })
  if (!response.ok || !response.body) throw new Error(`The API answered ${response.status}.`)
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const events = (rest + text).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) yield event.replaceAll(/^data: ?/gm, '')
  }
}
