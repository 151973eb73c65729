import { signal } from '@preact/signals'
import { render } from 'preact'
import type { JSX } from 'preact'
import { createConditions } from '../shared/conditions.ts'
import { createDemoApp } from '../shared/demo-app.ts'
import { readFacts } from '../shared/facts.ts'
import { aliveLock, openMessages } from '../shared/messages.ts'
import type { Message } from '../shared/messages.ts'
import type { TabSnapshot } from '../shared/tab-snapshot.ts'
import { TabView } from '../shared/tab-view.tsx'
import { createOrderBook } from './order-book.ts'

const drawEveryMs = 250
const useEveryMs = 2_000

const facts = await readFacts()
const conditions = createConditions()
const lane = laneName()
const shown = signal<TabSnapshot | undefined>(undefined)
const now = signal(Date.now())

// Held before the first message, so that whoever hears of this tab can wait for its end.
await new Promise<void>((granted) => {
  void navigator.locks.request(aliveLock(lane), { mode: 'shared' }, () => {
    granted()
    return new Promise(() => {})
  })
})
const messages = openMessages((message) => orderBook.receive(message))
const app = createDemoApp({
  facts,
  lane,
  kind: window === window.top ? 'window' : 'frame',
  redirectUri: new URL('tab.html', location.href).href,
  conditions,
  report(message) {
    messages.post(message)
    if (message.kind === 'snapshot') shown.value = message.snapshot
  },
})
const orderBook = createOrderBook(lane, app, messages.post)

document.title = lane
render(<Shown />, document.querySelector('main') ?? document.body)
setInterval(() => {
  now.value = Date.now()
}, drawEveryMs)
setInterval(useApp, useEveryMs)
addEventListener('pagehide', () => messages.post({ kind: 'gone', lane }))
addEventListener('pageshow', () => messages.post(currentSnapshot()))
messages.post({ kind: 'event', event: { lane, at: Date.now(), type: 'loaded', details: {} } })

await app.arrive()

function Shown(): JSX.Element | undefined {
  const { accessTokenTtlSeconds } = facts
  return (
    shown.value && (
      <TabView
        snapshot={shown.value}
        now={now.value}
        accessTokenTtlSeconds={accessTokenTtlSeconds}
      />
    )
  )
}

/** A frame keeps its name through a sign-in; a tab of the browser has it in its address. */
function laneName(): string {
  const number = new URLSearchParams(location.search).get('tab')
  if (number !== null && /^\d{1,3}$/.test(number)) return `Tab ${number}`
  return window.name || `Tab ${100 + Math.floor(Math.random() * 900)}`
}

function currentSnapshot(): Message {
  return { kind: 'snapshot', snapshot: app.snapshot() }
}

function useApp(): void {
  const isInUse = conditions.get().inUse && document.visibilityState === 'visible'
  if (isInUse && app.auth.getState().status === 'signed-in') void app.callApi(1)
}
