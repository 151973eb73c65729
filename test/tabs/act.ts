import { quiet, type Step } from '../../src/testing/steps.ts'
import type { VirtualTab } from '../../src/testing/virtual-tabs.ts'
import type { Entry } from './script.ts'
import type { Stage } from './stage.ts'

/** Does what an entry says and says it in words; nothing, if it has no meaning now. */
export async function act(stage: Stage, entry: Entry): Promise<string | undefined> {
  const words = await begin(stage, entry)
  if (words !== undefined) await quiet()
  return words
}

async function begin(stage: Stage, entry: Entry): Promise<string | undefined> {
  const { browser, server } = stage
  const { steps, clock } = browser
  if ('tab' in entry) return actOnTab(stage, entry)
  switch (entry.do) {
    case 'step': {
      const step = at(steps.ready(), entry.pick)
      if (step) await steps.run(step)
      return step?.label
    }
    case 'fail': {
      const step = at(steps.ready().filter(isOnTheWay), entry.pick)
      if (step) await steps.run(step, 'fail')
      return step && `lost: ${step.label}`
    }
    case 'hang': {
      const step = at(steps.ready().filter(isToServer), entry.pick)
      if (step) steps.drop(step)
      return step && `lost without a word: ${step.label}`
    }
    case 'lose-call': {
      const step = at(
        steps.pending().filter(({ lose }) => lose),
        entry.pick,
      )
      if (step) steps.drop(step)
      step?.lose?.(entry)
      return step && `never answered${entry.decided ? ', though decided' : ''}: ${step.label}`
    }
    case 'drop-message':
    case 'double-message': {
      const step = at(
        steps.pending().filter(({ kind }) => kind === 'message'),
        entry.pick,
      )
      if (step && entry.do === 'drop-message') steps.drop(step)
      if (step && entry.do === 'double-message') steps.add({ ...step })
      return step && `${entry.do === 'drop-message' ? 'lost' : 'doubled'}: ${step.label}`
    }
    case 'kill-courier':
    case 'freeze-courier':
    case 'thaw-courier': {
      const { courier } = browser
      const process = courier.process()
      if (entry.do === 'kill-courier') courier.kill()
      if (entry.do === 'freeze-courier') courier.freeze()
      if (entry.do === 'thaw-courier') courier.thaw()
      return process && `${process.name}: ${entry.do}`
    }
    case 'open':
      return browser.tabs.filter(({ state }) => state !== 'gone').length < 6
        ? `${stage.openTab().name} is opened`
        : undefined
    case 'revoke-access-tokens':
      server.revokeAccessTokens()
      return 'the server revokes all access tokens'
    case 'revoke-sessions':
      server.revokeFamilies()
      return 'the server revokes all sessions'
    case 'storage-refuses':
      browser.storage.refuses = entry.on
      return `storage ${entry.on ? 'refuses' : 'takes'} writes from now on`
    case 'api-rejects':
      stage.apiRejects = entry.on
      return `the API rejects ${entry.on ? 'every token' : 'bad tokens only'} from now on`
    case 'answer-next':
      stage.troubles = [...stage.troubles, entry.how]
      return `the server will answer a token request with ${entry.how}`
    case 'pass':
      return pass(stage, entry.ms)
    case 'step-clock':
      clock.stepWallClock(entry.ms)
      for (const tab of browser.tabs.slice(0, 1)) stage.note({ type: 'clock-stepped', tab })
      return `the wall clock is set by ${entry.ms} ms`
  }
}

function actOnTab(
  stage: Stage,
  entry: Extract<Entry, { readonly tab: number }>,
): string | undefined {
  const pick = (...states: readonly VirtualTab['state'][]): VirtualTab | undefined =>
    at(
      stage.browser.tabs.filter(({ state }) => states.includes(state)),
      entry.tab,
    )
  const done = (
    tab: VirtualTab | undefined,
    words: string,
    change: (tab: VirtualTab) => unknown,
  ) => {
    if (tab) change(tab)
    return tab && `${tab.name} ${words}`
  }
  const tell = (tab: VirtualTab, event?: 'visible' | 'online'): void =>
    stage.note({ type: 'page-event', tab, ...(event === 'online' && { event }) })
  switch (entry.do) {
    case 'kill':
      return done(pick('running', 'frozen', 'away'), 'is killed', (tab) => tab.kill())
    case 'freeze':
      return done(pick('running'), 'is frozen', (tab) => tab.freeze())
    case 'thaw':
      return done(pick('frozen'), 'is thawed', (tab) => (tell(tab), tab.thaw()))
    case 'thaw-silently':
      return done(pick('frozen'), 'goes on', (tab) => tab.thaw({ resume: false }))
    case 'put-away':
      return done(pick('running'), 'is put away', (tab) => tab.putAway())
    case 'put-away-without-lock':
      return done(pick('running'), 'is put away and loses its lock', (tab) => {
        tab.putAway()
        tab.loseLock()
      })
    case 'bring-back':
      return done(pick('away'), 'is brought back', (tab) => tab.bringBack())
    case 'lose-lock':
      return done(pick('running', 'frozen'), 'loses its lock', (tab) => tab.loseLock())
    case 'visible':
    case 'online': {
      const event = entry.do
      return done(pick('running'), `gets the event ${event}`, (tab) => {
        tell(tab, event)
        tab.page.emit(event)
      })
    }
    case 'sign-in':
      return done(pick('running'), 'signs alice in', (tab) => stage.signIn(tab, 'alice'))
    case 'switch-user':
      return entry.tab < 12
        ? done(pick('running'), 'signs bob in', (tab) => stage.signIn(tab, 'bob'))
        : done(pick('running'), 'signs somebody in', (tab) => stage.signIn(tab, 'somebody'))
    case 'redeem':
      return done(pick('running'), 'begins to redeem a code of bob', (tab) =>
        stage.redeem(tab, 'bob'),
      )
    case 'token':
    case 'other-token':
    case 'fetch':
    case 'refresh':
    case 'sign-out': {
      const kind = entry.do
      return done(pick('running'), `is asked for ${kind}`, (tab) => stage.ask(tab, kind))
    }
  }
}

/** Time passes only when every timer that is due has run, in the tabs that run at all. */
async function pass({ browser }: Stage, ms: number): Promise<string> {
  const due = browser.steps.ready().find(({ kind }) => kind === 'timer')
  if (due) {
    await browser.steps.run(due)
    return due.label
  }
  return `${browser.pass(ms)} ms pass`
}

function isToServer({ kind }: Step): boolean {
  return kind === 'request' || kind === 'reply'
}

function isOnTheWay(step: Step): boolean {
  return isToServer(step) || step.kind === 'api'
}

function at<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length]
}
