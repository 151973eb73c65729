import type { DemoApp } from '../shared/demo-app.ts'
import type { Message, Order } from '../shared/messages.ts'

/** Carries out what the page with the grid tells this tab to do. */
export function createOrderBook(
  lane: string,
  app: DemoApp,
  post: (message: Message) => void,
): { receive(message: Message): void } {
  async function carryOut(order: Order): Promise<readonly string[]> {
    switch (order.type) {
      case 'call':
        return app.callApi(order.times)
      case 'sign-out':
        await app.auth.signOut({ endSession: false })
        return []
      case 'sign-in':
        return [await app.signIn(order.user)]
      case 'step-clock':
        app.stepClock(order.byMs)
        return []
      case 'report':
        return [app.report()]
      case 'reload':
        location.reload()
        return []
      case 'close':
        close()
        return []
      case 'hang':
        hang(order.forMs)
        return []
    }
  }

  async function answer(id: string, order: Order): Promise<void> {
    const outcomes = await carryOut(order).catch((error: unknown) => [String(error)])
    post({ kind: 'done', id, lane, outcomes })
  }

  return {
    receive(message) {
      if (message.kind === 'roll-call') post({ kind: 'snapshot', snapshot: app.snapshot() })
      if (message.kind !== 'order' || message.lane !== lane) return
      void answer(message.id, message.order)
    },
  }
}

/** Nothing else runs in this tab meanwhile, as when a script loops or the browser stops the tab. */
function hang(forMs: number): void {
  const until = performance.now() + forMs
  while (performance.now() < until);
}
