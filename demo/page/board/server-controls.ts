/** What the page can do to one of the servers. */
export interface ServerControls {
  /** Makes something happen there, once. */
  turn(control: string, input?: object): Promise<void>
  /**
   * Changes something there that lasts until `release()` or until this page is gone, whichever way
   * it goes: the server undoes it when the connection ends.
   */
  hold(control: string, input: object): Promise<void>
  /** Everything that this page holds. */
  release(): Promise<void>
}

interface Hold {
  readonly id: string
  readonly leaving: AbortController
  /** Fulfils when the server has taken it back, or cannot be reached. */
  readonly over: Promise<unknown>
}

export function createServerControls(origin: string): ServerControls {
  let holds: readonly Hold[] = []

  async function post(path: string, input: object, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(`${origin}/demo/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
      signal: signal ?? null,
    })
    if (response.ok) return response
    throw new Error(`The server refused "${path}" (${response.status}).`)
  }

  async function end({ id, leaving, over }: Hold): Promise<void> {
    // Asked for, because whoever just hangs up does not know when that has arrived.
    await post('release', { hold: id }).catch(() => leaving.abort())
    await over
  }

  // A page in the back/forward cache would keep the connection for a while.
  addEventListener('pagehide', () => {
    for (const { leaving } of holds) leaving.abort()
    holds = []
  })

  return {
    async turn(control, input = {}) {
      await post(control, input)
    },
    async hold(control, input) {
      const id = crypto.randomUUID()
      const leaving = new AbortController()
      const response = await post(`${control}?hold=${id}`, input, leaving.signal)
      // Read, because a browser may hang up on what nobody reads.
      const over = response.text().catch(() => undefined)
      holds = [...holds, { id, leaving, over }]
    },
    async release() {
      const all = holds
      holds = []
      await Promise.all(all.map(end))
    },
  }
}
