import type { FakeAuthorizationServer } from '../../../src/testing/fake-authorization-server.ts'
import type { TabProcess } from '../../../src/testing/steps.ts'
import { recordOf } from './ledger.ts'
import type { Broken, Call, Keeper, Moment, Shown } from './moment.ts'

/** What became of a page since somebody asked it for something. */
interface Asked {
  /** What the page showed then. */
  readonly shown: Shown
  /** Whether it had shown a session by then. */
  readonly hadShown: boolean
  /** What it has shown since, or was told by storage, oldest first. */
  readonly since: Shown[]
}

/**
 * A request is sent twice at most, and whatever is sent or handed out is for the session that the page
 * showed when it was asked for; it is refused only for a reason that the page has shown,
 * or was told by storage a moment earlier.
 */
export function createRequests(options: {
  readonly server: FakeAuthorizationServer
  /** Whose session a family is, if his name is known. */
  readonly userOf: (family: number) => string | undefined
  readonly broken: Broken
}): Keeper {
  const { server, userOf, broken } = options
  const sent = new Map<string, number>()
  const shownBy = new Map<TabProcess, Shown>()
  const firstOf = new Map<TabProcess, Shown>()
  const open = new Map<Call, Asked>()
  const fetches = new Map<string, Call>()

  /** Whose it is; nobody's, if the page had shown a session before and showed none. */
  function askerOf({ tab }: Call, { shown, hadShown }: Asked): Shown {
    if (typeof shown === 'object' || hadShown) return shown
    return firstOf.get(tab) ?? 'nobody'
  }

  function isSame(asker: Shown, other: Shown): boolean {
    if (typeof asker === 'string' || typeof other === 'string') return false
    const user = userOf(asker.family)
    return asker.family === other.family || (user !== undefined && user === userOf(other.family))
  }

  function seeToken(call: Call, token: string): void {
    const asked = open.get(call)
    const family = server.lineageOf(token)?.family
    if (!asked || family === undefined) return
    if (isSame(askerOf(call, asked), { family })) return
    const words = `${call.tab.name} gives call ${call.id} a token of another session`
    broken('never to another user (5)', words)
  }

  function seeRefusal(call: Call, error: string | undefined): void {
    const asked = open.get(call)
    if (!asked) return
    const asker = askerOf(call, asked)
    const all = [asked.shown, ...asked.since]
    const isOver = all.includes('nobody') || asker === 'nobody'
    const isOther = all.some((shown) => typeof shown === 'object' && !isSame(asker, shown))
    const isWrong =
      (error === 'SessionEndedError' && !isOver) || (error === 'SessionChangedError' && !isOther)
    if (isWrong) {
      const words = `${call.tab.name} refuses call ${call.id} with ${error} for no reason`
      broken('never to another user (5)', words)
    }
  }

  function seeShown(tab: TabProcess, shown: Shown): void {
    shownBy.set(tab, shown)
    if (typeof shown === 'object' && !firstOf.has(tab)) firstOf.set(tab, shown)
    note(tab, shown)
  }

  function note(tab: TabProcess, shown: Shown): void {
    for (const [call, { since }] of open) if (call.tab === tab) since.push(shown)
  }

  function seeCall(call: Call): void {
    const { tab, kind, id } = call
    if (kind === 'sign-in' || kind === 'sign-out') return
    const shown = shownBy.get(tab) ?? 'restoring'
    open.set(call, { shown, hadShown: firstOf.has(tab), since: [] })
    if (kind === 'fetch') fetches.set(String(id), call)
  }

  function seeSent({ tab, url, token }: Moment & { readonly type: 'api-sent' }): void {
    const count = (sent.get(url) ?? 0) + 1
    sent.set(url, count)
    if (count > 2) broken('two sends at most (6)', `${tab.name} sends a request again`)
    const call = fetches.get(url.split('/').at(-1) ?? '')
    const asked = call && open.get(call)
    if (!asked) return
    seeToken(call, token)
    if (!isSame(askerOf(call, asked), shownBy.get(tab) ?? 'restoring')) {
      const words = `${tab.name} sends a request of a session that it does not show any more`
      broken('never to another user (5)', words)
    }
  }

  return {
    see(moment) {
      if (moment.type === 'shown') seeShown(moment.tab, moment.shown)
      if (moment.type === 'told' && !recordOf(moment.stored).session) note(moment.tab, 'nobody')
      if (moment.type === 'call') seeCall(moment.call)
      if (moment.type === 'api-sent') seeSent(moment)
      if (moment.type === 'call-over') {
        const { call, token, error } = moment
        if (token !== undefined) seeToken(call, token)
        seeRefusal(call, error)
        open.delete(call)
      }
    },
  }
}
