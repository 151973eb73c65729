import { quiet } from '../../src/testing/steps.ts'
import { recordOf } from './promises/ledger.ts'
import type { Stage } from './stage.ts'

/** Longer than any hold-off, halt, lease or mark. */
const patienceMs = 1_500_000

type Log = (words: string) => boolean

/**
 * Puts everything right, lets what has been begun come to its end, and asks what must hold then:
 * every call has settled, the tabs agree, and tabs that are through leave nothing behind.
 */
export async function calmDown(stage: Stage, log: Log): Promise<void> {
  const { browser, server, referee } = stage
  await putRight(stage)
  if (log('everything is put right')) return
  if (await untilSettled(stage, log)) return
  for (let look = 0; look < 2; look += 1) if (await lookEverywhere(stage, log)) return

  // Hold-offs run out, and so do the 30 s in which no 401 renews a token again.
  for (let passed = 0; passed < 700_000;) {
    passed += browser.pass(700_000 - passed)
    if (await runAll(stage, log)) return
  }
  // What a tab has offered to silent storage may have been taken only now, and there may be no channel.
  if (await lookEverywhere(stage, log)) return
  const answers = stage.running().map((tab) => stage.ask(tab, 'fetch'))
  await quiet()
  if (log('every tab makes a request') || (await untilSettled(stage, log))) return
  if (await lookEverywhere(stage, log)) return

  const record = recordOf(browser.storage.stored())
  for (const call of answers) {
    const outcome = stage.outcomeOf(call)
    const isGood = record.session ? outcome === '200' : outcome?.startsWith('SessionEnded')
    if (!isGood) referee.broken('tabs agree in the end', `${call.tab.name} gets ${outcome}`)
  }
  const lineage = server.lineageOf(record.session?.refreshToken ?? '')
  if (record.session && (!lineage || lineage.endedBy)) {
    referee.broken('tabs agree in the end', 'storage holds a session that the server has ended')
  }
  await takeLeave(stage, log)
}

/** Ends every trouble: storage, server and API do their work, and every tab that lives runs. */
export async function putRight(stage: Stage): Promise<void> {
  stage.browser.storage.refuses = false
  stage.apiRejects = false
  stage.troubles = []
  stage.browser.courier.thaw()
  for (const tab of stage.browser.tabs) {
    if (tab.state === 'frozen') {
      stage.note({ type: 'page-event', tab })
      tab.thaw()
    }
    if (tab.state === 'away') tab.bringBack()
  }
  await quiet()
}

/** Asks what must hold when everything is calm, and closes the tabs, which must leave nothing behind. */
export async function takeLeave(stage: Stage, log: Log): Promise<void> {
  const { browser, referee } = stage
  const { session } = recordOf(browser.storage.stored())
  const views = stage.running().map(({ auth }) => {
    const state = auth.getState()
    return JSON.stringify(state.status === 'signed-in' ? { ...state, refresh: undefined } : state)
  })
  const expected = session ? 'signed-in' : 'signed-out'
  const agree = new Set(views).size === 1 && views[0]?.includes(`"${expected}"`)
  if (views.length > 0 && !agree) {
    referee.broken('tabs agree in the end', `storage: ${expected}; ${views.join(' / ')}`)
  }
  referee.finish()
  for (const { auth } of stage.running()) auth.dispose()
  await quiet()
  if (await runAll(stage, log)) return
  const remains = browser.remains()
  if (Object.values(remains).some((count) => count > 0)) {
    referee.broken('nothing is left behind', JSON.stringify(remains))
  }
  log('every tab is through')
}

export async function lookEverywhere(stage: Stage, log: Log): Promise<boolean> {
  for (const tab of stage.running()) {
    stage.note({ type: 'page-event', tab })
    tab.page.emit('visible')
  }
  await quiet()
  return log('every tab comes to the front') || runAll(stage, log)
}

/** Runs steps, oldest first, until none is ready. Whether a promise was broken. */
async function runAll({ browser: { steps } }: Stage, log: Log): Promise<boolean> {
  for (let [next] = steps.ready(); next; [next] = steps.ready()) {
    await steps.run(next)
    if (log(next.label)) return true
  }
  return false
}

/** Lets steps run and time pass until no call is waiting. Whether a promise was broken. */
export async function untilSettled(stage: Stage, log: Log): Promise<boolean> {
  if (await runAll(stage, log)) return true
  for (let passed = 0; stage.waiting().length > 0;) {
    const ms = passed < patienceMs ? stage.browser.pass(patienceMs - passed) : 0
    if (ms === 0 && passed >= patienceMs) {
      const [call] = stage.waiting()
      stage.referee.broken('everything settles', `${call?.tab.name} waits for ever: ${call?.kind}`)
      return log('time passes to no end')
    }
    passed += ms
    await quiet()
    if (log(`${ms} ms pass`) || (await runAll(stage, log))) return true
  }
  return false
}
