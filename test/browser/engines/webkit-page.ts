import { eventually } from '../eventually.ts'
import type { EnginePage } from './engine.ts'
import { runInPage } from './run-in-page.ts'
import type { WebDriverSession } from './web-driver.ts'

/** How a task in the page stands: `null` while it runs. */
type Outcome = null | { readonly json?: string } | { readonly error: string } | 'gone'

/**
 * Opens a page of the session's browser at this address. Each has a window of its own, because a tab
 * that is opened here stays behind the one there was, and then there is no picture of it. No window
 * gets narrower than 447 pixels.
 */
export async function openWebKitPage(session: WebDriverSession, url: string): Promise<EnginePage> {
  const handle = await session.openWindow()
  const execute = <Value>(script: string): Promise<Value> =>
    session.sendTo(handle, 'POST', '/execute/sync', { script, args: [] })
  let tasks = 0

  async function goto(address: string): Promise<void> {
    await session.sendTo(handle, 'POST', '/url', { url: address })
  }

  async function evaluate(expression: string): Promise<unknown> {
    const id = ++tasks
    // Not waited for in the page, because a command that lasts would hold up the other tabs.
    const command = { script: beginTask(id, expression), args: [] }
    let outcome = await session.sendTo<Outcome>(handle, 'POST', '/execute/async', command)
    while (outcome === null) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      outcome = await execute<Outcome>(askForOutcome(id))
    }
    if (outcome === 'gone') throw new Error('The page has gone in the middle of a task.')
    if ('error' in outcome) throw new Error(outcome.error)
    return outcome.json
  }

  /** The size of the page, and of the window around it. */
  const sizes = (): Promise<Readonly<Record<'inner' | 'outer', [number, number]>>> =>
    execute(`return { inner: [innerWidth, innerHeight], outer: [outerWidth, outerHeight] }`)

  async function resize(width: number, height: number): Promise<void> {
    const { inner, outer } = await sizes()
    await session.sendTo(handle, 'POST', '/window/rect', {
      width: outer[0] - inner[0] + width,
      height: outer[1] - inner[1] + height,
    })
    await eventually(`a page of ${width} × ${height}`, async () => {
      const now = await sizes()
      return now.inner[0] === width && now.inner[1] === height
    })
  }

  await goto(url)
  return {
    goto,
    async reload() {
      // The driver's own reload would hold up the other tabs until the page is there.
      await execute(`window[Symbol.for('left')] = true; location.reload()`)
      await eventually('the reload', () =>
        execute(`return document.readyState === 'complete' && !window[Symbol.for('left')]`),
      )
    },
    async goBack() {
      await session.sendTo(handle, 'POST', '/back')
    },
    evaluate: (task, argument) => runInPage(evaluate, task, argument),
    async screenshot({ width, height }) {
      await resize(width, height)
      return Buffer.from(await session.sendTo<string>(handle, 'GET', '/screenshot'), 'base64')
    },
    async close() {
      await session.sendTo(handle, 'DELETE', '/window')
    },
  }
}

/** Gives the outcome if it is there at once: the task may be what makes the page leave. */
function beginTask(id: number, expression: string): string {
  return `
    const answer = arguments[arguments.length - 1]
    const tasks = (window[Symbol.for('tasks')] ??= new Map())
    tasks.set(${id}, null)
    const end = (outcome) => {
      tasks.set(${id}, outcome)
      answer(outcome)
    }
    void ${expression}.then((json) => end({ json }), (error) => end({ error: String(error) }))
    setTimeout(() => answer(null))`
}

function askForOutcome(id: number): string {
  return `
    const tasks = window[Symbol.for('tasks')]
    const outcome = tasks?.get(${id})
    if (outcome) tasks.delete(${id})
    return outcome === undefined ? 'gone' : outcome`
}
