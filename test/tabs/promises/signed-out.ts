import type { FakeAuthorizationServer } from '../../../src/testing/fake-authorization-server.ts'
import type { TabProcess } from '../../../src/testing/steps.ts'
import type { Ledger } from './ledger.ts'
import type { Broken, Call, Grant, Keeper, Moment } from './moment.ts'

const lookEveryMs = 10_000
const longestLookMs = 3_000

/** What a tab could know, and since when. */
interface Knowledge {
  /** Since its own last sign-out: the number of the moment, and its instant. */
  signedOutAt: number
  signedOutAtMs: number
  /** The epoch of the newest record that it was told of by then. */
  signedOutInEpoch: number
  /** Since something told it to look: the number of the moment, and the epoch storage had then. */
  toldToLookAt: number
  epochToSee: number
  lastLookMs: number
  heardMs: number
  /** When each read began that has not been heard of. */
  readsMs: readonly number[]
  /** When storage carried out each write that has not been heard of: a look as well. */
  writesMs: readonly number[]
  /** When the first call was made since then, whose wait for the look the later ones need not repeat. */
  askedSinceMs: number
  /** Calls for a token that are not over: the look that each waits for need not have reached storage. */
  readonly waiting: Set<Call>
  /** Storage has refused its last sign-out. */
  wasSignOutRefused: boolean
  /**
   * The epoch in which storage has refused something of it. Until storage takes that, or has moved on,
   * it looks by offering it, and that shows here only when storage carries it out.
   */
  offeringSince: number | undefined
  /** Storage has taken something since, which the tab knows once it is told of a write. */
  wasOfferTaken: boolean
}

/**
 * No tab serves a token of a session that is over once it can know; no late reply brings a session
 * back; and nothing is sent for a session of which the tab knows that it is over.
 */
export function createSignedOut(options: {
  readonly ledger: Ledger
  readonly server: FakeAuthorizationServer
  readonly broken: Broken
  readonly grant: Grant
}): Keeper {
  const { ledger, server, grant } = options
  const broken = (words: string): void => options.broken('signed out means signed out (4)', words)
  const known = new Map<TabProcess, Knowledge>()
  /** Where each family began: the epoch, the number of the moment, and its instant. */
  const begun = new Map<
    number,
    { readonly epoch: number; readonly at: number; readonly atMs: number }
  >()
  const over = new Set<number>()
  const announcedBy = new Map<number, TabProcess>()
  /** When the server received the code that each family goes back to. */
  const redeemedAt = new Map<number, number>()
  let signedOutAt = 0
  let epoch = 0
  let isClockSet = false

  function of(tab: TabProcess): Knowledge {
    const found = known.get(tab) ?? {
      signedOutAt: 0,
      signedOutAtMs: 0,
      signedOutInEpoch: 0,
      toldToLookAt: 0,
      epochToSee: 0,
      lastLookMs: 0,
      heardMs: 0,
      readsMs: [],
      writesMs: [],
      askedSinceMs: Infinity,
      waiting: new Set<Call>(),
      wasSignOutRefused: false,
      offeringSince: undefined,
      wasOfferTaken: false,
    }
    known.set(tab, found)
    return found
  }

  function seeWrite({ tab, at, atMs }: Moment & { readonly type: 'wrote' }): void {
    const { before, after } = ledger.lastWrite
    const was = server.lineageOf(before.session?.refreshToken ?? '')?.family
    const is = server.lineageOf(after.session?.refreshToken ?? '')?.family
    epoch = after.epoch
    if (!after.session && after.letters) {
      broken(`${tab.name} leaves letters of a session that is over`)
    }
    const isCommit = before.epoch === after.epoch && before.generation < after.generation
    if (isCommit && ledger.claimOf(tab)?.epoch !== after.epoch) {
      broken(`${tab.name} stores what it has asked for in the name of a session that is over`)
    }
    if (!after.session && after.endedBy === 'signed-out' && after.epoch > before.epoch) {
      // One that storage has refused counts from when it was decided, not from when storage takes it,
      // which it may do twice: it is offered again where nobody knows whether it was taken.
      const { wasSignOutRefused, signedOutAt: decidedAt } = of(tab)
      signedOutAt = Math.max(signedOutAt, wasSignOutRefused ? decidedAt : at)
    }
    if (was !== undefined && is !== was) over.add(was)
    const start = is === undefined ? undefined : begun.get(is)
    // What was decided while storage was silent may be offered twice, and begin in two epochs.
    if (is !== undefined && is === was && start) begun.set(is, { ...start, epoch: after.epoch })
    if (is === undefined || is === was) return
    if (over.has(is)) broken(`${tab.name} brings back a session that is over`)
    if (announcedBy.get(is) !== tab) broken(`${tab.name} begins a session nobody signed in to`)
    if (after.epoch <= before.epoch) broken(`${tab.name} begins a session in an old epoch`)
    const codeAt = redeemedAt.get(is) ?? Infinity
    if (signedOutAt > codeAt || of(tab).signedOutAt > codeAt) {
      broken(`${tab.name} begins a session with a code from before a sign-out`)
    }
    begun.set(is, { epoch: after.epoch, at, atMs })
  }

  function seeServed(token: string, call: Call, { atMs }: Moment): void {
    const { tab } = call
    const knowledge = of(tab)
    const family = server.lineageOf(token)?.family ?? 0
    const start = begun.get(family)
    // A session that storage has refused is known to nobody else.
    if (!start) return
    if (start.at < knowledge.signedOutAt && !isOrderUnknown(start, knowledge)) {
      broken(`${tab.name} serves a token after its own sign-out`)
    }
    if (!over.has(family)) return
    const told = ledger.toldTo(tab)
    const isLater = told !== undefined && told.epoch > start.epoch
    // What it has decided while storage was silent may have begun, and ended, without its knowing.
    const isOwn =
      announcedBy.get(family) === tab && (knowledge.offeringSince ?? 0) >= (told?.epoch ?? 0)
    if (isLater && !(isOwn && grant('storage silent'))) {
      broken(`${tab.name} serves a token of a session that it knows to be over`)
    }
    const isOffering = knowledge.offeringSince !== undefined
    const isOwed = call.begunAt > knowledge.toldToLookAt && start.epoch < knowledge.epochToSee
    // Whoever has waited so long serves what it has, and owes no look until it is told again.
    const { askedSinceMs, readsMs, writesMs } = knowledge
    const waitedMs = atMs - Math.min(call.begunAtMs, askedSinceMs, ...readsMs, ...writesMs)
    if (waitedMs >= longestLookMs) {
      knowledge.toldToLookAt = Infinity
      if (isOwed) grant('storage silent')
    } else if (isOwed && !(isOffering && grant('storage refused'))) {
      broken(`${tab.name} serves a token of a session that is over without the look it owes`)
    }
    const isStale = atMs - Math.max(knowledge.lastLookMs, knowledge.heardMs) > lookEveryMs
    const isLooking = knowledge.readsMs.length > 0
    if (isStale && !isLooking && !(isOffering && grant('storage refused'))) {
      broken(`${tab.name} serves a token of a session that is over, and has not looked for 10 s`)
    }
  }

  /** Whether storage refused the sign-out, and no epoch tells that the session had begun before it. */
  function isOrderUnknown(
    start: { readonly epoch: number; readonly atMs: number },
    knowledge: Knowledge,
  ): boolean {
    if (!knowledge.wasSignOutRefused) return false
    if (start.atMs === knowledge.signedOutAtMs) return grant('decided in the same millisecond')
    const wasUnseen = start.epoch > knowledge.signedOutInEpoch
    return isClockSet && wasUnseen && grant('refused under a clock that was set')
  }

  function mustLook({ tab, at, atMs }: Moment & { readonly tab: TabProcess }): void {
    if (tab.state === 'away' || tab.state === 'gone') return
    Object.assign(of(tab), {
      toldToLookAt: at,
      epochToSee: epoch,
      askedSinceMs: of(tab).waiting.size > 0 ? atMs : Infinity,
    })
  }

  const fetches = new Map<string, Call>()
  return {
    see(moment) {
      const { tab, at } = moment
      const knowledge = of(tab)
      switch (moment.type) {
        case 'wrote':
          // A write that leaves everything as it is has not taken what is offered.
          if (ledger.lastWrite.before.revision !== ledger.lastWrite.after.revision) {
            knowledge.wasOfferTaken = true
          }
          Object.assign(knowledge, {
            lastLookMs: moment.atMs,
            writesMs: [...knowledge.writesMs, moment.atMs],
          })
          return seeWrite(moment)
        case 'read-begun':
          knowledge.lastLookMs = moment.atMs
          knowledge.readsMs = [...knowledge.readsMs, moment.atMs]
          return
        case 'told':
          if (moment.by === 'read') knowledge.readsMs = knowledge.readsMs.slice(1)
          else knowledge.writesMs = knowledge.writesMs.slice(1)
          knowledge.heardMs = moment.atMs
          if (
            (moment.by === 'write' && knowledge.wasOfferTaken) ||
            (ledger.toldTo(tab)?.epoch ?? 0) > (knowledge.offeringSince ?? Infinity)
          ) {
            knowledge.offeringSince = undefined
          }
          return
        case 'message':
        case 'page-event':
          return mustLook(moment)
        case 'fate':
          if (moment.fate === 'back') mustLook(moment)
          return
        case 'event':
          if (moment.event.type === 'persistence-failed') {
            knowledge.wasSignOutRefused = knowledge.signedOutAt > 0
            knowledge.offeringSince = epoch
            knowledge.wasOfferTaken = false
          }
          return
        case 'call':
          knowledge.askedSinceMs = Math.min(knowledge.askedSinceMs, moment.atMs)
          if (moment.call.kind === 'token' || moment.call.kind === 'fetch') {
            knowledge.waiting.add(moment.call)
          }
          if (moment.call.kind === 'sign-out') {
            Object.assign(knowledge, {
              signedOutAt: at,
              signedOutAtMs: moment.atMs,
              signedOutInEpoch: ledger.toldTo(tab)?.epoch ?? 0,
              wasSignOutRefused: false,
            })
          }
          if (moment.call.family !== undefined) announcedBy.set(moment.call.family, tab)
          if (moment.call.kind === 'fetch') fetches.set(String(moment.call.id), moment.call)
          return
        case 'call-over':
          knowledge.waiting.delete(moment.call)
          if (moment.token !== undefined) seeServed(moment.token, moment.call, moment)
          return
        case 'api-sent': {
          const call = fetches.get(moment.url.split('/').at(-1) ?? '')
          if (call) knowledge.waiting.delete(call)
          if (call) seeServed(moment.token, call, moment)
          return
        }
        case 'sent': {
          const told = ledger.toldTo(tab)
          const claim = ledger.claimBehind(moment.request)
          const isOwn = claim !== undefined && knowledge.signedOutAt > claim.at
          if (isOwn || (told && claim && told.epoch > claim.epoch)) {
            broken(`${tab.name} sends for a session that it knows to be over`)
          }
          return
        }
        case 'code-arrived':
          redeemedAt.set(Number(moment.code), at)
          return
        case 'clock-stepped':
          isClockSet = true
          return
        case 'api':
        case 'arrived':
        case 'ended':
        case 'lock-granted':
        case 'lock-released':
        case 'lock-requested':
        case 'refused':
        case 'shown':
        case 'silent':
          return
      }
    },
  }
}
