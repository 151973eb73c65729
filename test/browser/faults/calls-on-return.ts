import { expect } from 'vitest'
import type { AnyPage } from '../drivers.ts'
import { eventually, inPage, stateOf, type Stage } from '../harness.ts'

/** An order that a page has sent to the API, or wanted to. */
interface Order {
  /** Whose session the page showed when it was made. */
  readonly madeBy: string
  /** A status, or the name and code of the error. */
  readonly end: string
}

declare global {
  interface Window {
    onReturn?: Promise<Order>[]
    isRestored?: boolean
  }
}

/** Has the page send orders to the API when it is shown again: two at once, and one a moment later. */
export function orderOnReturn(page: AnyPage, url: string): Promise<void> {
  return inPage(
    page,
    (to) => {
      const order = async (): Promise<Order> => {
        const { auth } = window.app
        const state = auth.getState()
        const madeBy = (state.status === 'signed-in' && state.sub) || state.status
        const headers = { 'x-request-id': madeBy }
        return auth.fetch(to, { method: 'POST', body: 'an order', headers }).then(
          ({ status }) => ({ madeBy, end: String(status) }),
          ({ name, code }: { name: string; code?: string }) => ({ madeBy, end: `${name} ${code}` }),
        )
      }
      const orders: Promise<Order>[] = []
      addEventListener('pageshow', () => orders.push(order()), { capture: true })
      addEventListener('pageshow', ({ persisted }) => {
        const later = new Promise((resolve) => setTimeout(resolve, 20))
        orders.push(order(), later.then(order))
        Object.assign(window, { onReturn: orders, isRestored: persisted })
      })
    },
    url,
  )
}

/**
 * What a page of ada does that has come out of the back/forward cache, with such orders, after grace
 * has signed in: it sends nothing of ada's for her, and goes on with her.
 */
export async function expectNothingSentForGrace<Page extends AnyPage>(
  stage: Stage<Page>,
  page: Page,
): Promise<void> {
  const orders = await ordersOnReturn(page)
  const refused = { madeBy: 'ada', end: 'SessionChangedError SESSION_CHANGED' }
  expect(orders.slice(0, 2)).toEqual([refused, refused])
  expect(orders).toHaveLength(3)
  // By then the page may have found out who is there.
  const isOfGrace = orders[2]?.madeBy === 'grace'
  expect(orders[2]).toEqual(isOfGrace ? { madeBy: 'grace', end: '201' } : refused)
  expect(arrivedOrders(stage)).toEqual(isOfGrace ? [{ madeBy: 'grace', sub: 'grace' }] : [])
  await showing(page, 'grace')
  expect(await stage.storm([page], 1)).toMatchObject({ outcomes: { 200: 1 } })
}

/** What came of each, once the page has come out of the back/forward cache. */
async function ordersOnReturn(page: AnyPage): Promise<readonly Order[]> {
  await eventually('the page that comes back', () =>
    inPage(page, () => window.isRestored === true, undefined),
  )
  return inPage(page, () => Promise.all(window.onReturn ?? []), undefined)
}

/** Who made the orders that arrived, and whose tokens they came with. */
function arrivedOrders({ api }: Pick<Stage<AnyPage>, 'api'>): readonly {
  readonly madeBy: string | undefined
  readonly sub: string | undefined
}[] {
  const orders = api.log().filter(({ method }) => method === 'POST')
  return orders.map(({ requestId, sub }) => ({ madeBy: requestId, sub }))
}

/** Signs another user in, as somebody does who takes the computer over. */
export async function takeOver(page: AnyPage, user: string): Promise<void> {
  await inPage(
    page,
    (loginHint) => void window.app.auth.signIn({ returnTo: '/', prompt: 'login', loginHint }),
    user,
  )
  await showing(page, user)
}

async function showing(page: AnyPage, user: string): Promise<void> {
  await eventually(`the session of ${user}`, async () => {
    const state = await stateOf(page)
    return state.status === 'signed-in' && state.sub === user
  })
}
