import { signal } from '@preact/signals'
import { render } from 'preact'
import type { JSX } from 'preact'
import { createConditions } from '../shared/conditions.ts'
import { createDemoApp } from '../shared/demo-app.ts'
import { readFacts } from '../shared/facts.ts'
import { openMessages } from '../shared/messages.ts'
import type { Message } from '../shared/messages.ts'
import type { StateSummary } from '../shared/tab-snapshot.ts'
import { ComparisonView } from './comparison-view.tsx'
import { createComparison, twentyLinesLane } from './comparison.ts'
import { InsideSwitch, createInside } from './inside.tsx'
import { OrderFormView } from './order-form-view.tsx'
import { createOrderForm } from './order-form.ts'
import { Opening } from './opening.tsx'
import { Headline, ServersView } from './servers-view.tsx'
import { createServers } from './servers.ts'
import { SessionBar } from './session-bar.tsx'
import { createStage } from './stage.ts'
import { TabGrid } from './tab-grid.tsx'
import { createTabs } from './tabs.ts'
import { TabReportView, createTabReport } from './tab-report.tsx'
import { TimelineView, createLanes } from './timeline-view.tsx'
import { createTroubleDesk } from './trouble-desk.ts'
import { TroubleList } from './trouble-list.tsx'

const drawEveryMs = 250
const lane = 'This page'

const facts = await readFacts()
const conditions = createConditions()
const isInUse = signal(conditions.get().inUse)
const now = signal(Date.now())
const state = signal<StateSummary>({ status: 'restoring' })
const isInside = createInside()
const signInProblem = signal<string | undefined>(undefined)

const messages = openMessages(receive)
const tabs = createTabs(messages.post)
const tabReport = createTabReport(tabs)
const servers = createServers(facts)
const comparison = createComparison()
const lanes = createLanes(tabs, lane)
const app = createDemoApp({
  facts,
  lane,
  kind: 'page',
  redirectUri: new URL('.', location.href).href,
  conditions,
  report(message) {
    if (message.kind !== 'snapshot') return receive(message)
    const { snapshot } = message
    state.value = snapshot.state
    signInProblem.value = snapshot.signIn?.problem
  },
})

const orderForm = createOrderForm({
  auth: app.auth,
  apiOrigin: facts.apiOrigin,
  forgetElapsed,
  reportRequest(outcome) {
    lanes.add({ lane, at: Date.now(), type: 'request', details: { outcome, sends: 1 } })
  },
})
const stage = createStage({ facts, tabs, servers, conditions, orderForm })
const desk = createTroubleDesk(stage, (label) =>
  lanes.add({ lane, at: Date.now(), type: 'trouble', details: { label } }),
)

conditions.subscribe((current) => {
  isInUse.value = current.inUse
})
setInterval(() => {
  now.value = Date.now()
}, drawEveryMs)
// What a trouble did to this browser ends with it, as what it did to the servers does.
addEventListener('pagehide', () => desk.abandon())
// The frames come once the sign-in is over: they find the session, and nobody spends a code twice.
await app.arrive()
render(<Board />, document.body)
messages.post({ kind: 'roll-call' })

function receive(message: Message): void {
  tabs.receive(message)
  comparison.receive(message)
  if (message.kind === 'gone') {
    lanes.add({ lane: message.lane, at: Date.now(), type: 'closed', details: {} })
  }
  if (message.kind !== 'event') return
  const { event } = message
  const isTwentyLines = event.lane.startsWith(twentyLinesLane)
  lanes.add(isTwentyLines ? { ...event, lane: twentyLinesLane } : event)
}

function signIn(): void {
  forgetElapsed()
  void app.signIn()
}

/** Time starts afresh with a session: a clock hours ahead would distrust its ID token. */
function forgetElapsed(): void {
  conditions.set({ elapsedMs: 0 })
}

function Board(): JSX.Element {
  const { accessTokenTtlSeconds } = facts
  const hasInside = isInside.value
  return (
    <main data-inside={hasInside}>
      <Opening comparison={comparison} stage={stage} desk={desk} />
      <p class="problem" role="alert">
        {signInProblem.value !== undefined && `The sign-in did not succeed. ${signInProblem.value}`}
      </p>
      <InsideSwitch isInside={isInside} />
      {hasInside && (
        <>
          <SessionBar
            facts={facts}
            state={state}
            tabs={tabs}
            isInUse={isInUse}
            conditions={conditions}
            signIn={signIn}
            signOut={() => void app.auth.signOut({ endSession: false })}
          />
          <Headline servers={servers} />
        </>
      )}
      <TabGrid
        key="grid"
        tabs={tabs}
        now={now}
        accessTokenTtlSeconds={accessTokenTtlSeconds}
        hasButtons={hasInside}
      />
      <TimelineView key="timeline" lanes={lanes} report={tabReport} />
      {hasInside && (
        <>
          <TroubleList desk={desk} />
          <ServersView servers={servers} />
          <ComparisonView comparison={comparison} />
        </>
      )}
      <OrderFormView form={orderForm} />
      <TabReportView report={tabReport} />
    </main>
  )
}
