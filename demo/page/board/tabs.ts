import { computed, effect, signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { aliveLock } from '../shared/messages.ts'
import type { Message, Order } from '../shared/messages.ts'
import type { TabSnapshot } from '../shared/tab-snapshot.ts'
import type { LaneEvent } from '../timeline/lane-event.ts'

export const fewestFrames = 2
export const mostFrames = 12
/** So many are open when the page comes. */
const framesAtFirst = 6
const answerWithinMs = 30_000

/** A frame of the grid or a tab of the browser. */
export interface TabEntry {
  readonly lane: string
  readonly number: number
  readonly kind: 'frame' | 'window'
  readonly isOpen: boolean
  /** Moves when a closed frame is opened again. */
  readonly opening: number
  readonly snapshot?: TabSnapshot
}

/** All tabs that the grid shows, and how they are told what to do. */
export interface Tabs {
  readonly entries: ReadonlySignal<readonly TabEntry[]>
  readonly open: ReadonlySignal<readonly TabEntry[]>
  receive(message: Message): void
  setFrameCount(count: number): void
  /** Takes a frame out of the page, with everything that it was doing. */
  closeFrame(lane: string): void
  reopenFrame(lane: string): void
  openWindow(): void
  forgetWindow(lane: string): void
  /** Does not wait for an answer. */
  send(lane: string, order: Order): void
  /** Fulfils with the outcomes, once the tab has carried it out. */
  order(lane: string, order: Order): Promise<readonly string[]>
  /** The same in every open tab; all outcomes together. */
  orderAll(order: Order): Promise<readonly string[]>
  /** Fulfils with whether it came to that in time. */
  until(isSo: (open: readonly TabEntry[]) => boolean, withinMs: number): Promise<boolean>
  /** Fulfils with the next event of this type in an open tab, or with nothing in time. */
  nextEvent(type: string, withinMs: number): Promise<LaneEvent | undefined>
}

export function createTabs(post: (message: Message) => void): Tabs {
  const entries = signal<readonly TabEntry[]>(
    Array.from({ length: framesAtFirst }, (_, index) => newEntry(index + 1, 'frame')),
  )
  const open = computed(() => entries.value.filter(({ isOpen }) => isOpen))
  const answers = new Map<string, (outcomes: readonly string[]) => void>()
  const listeners = new Set<(event: LaneEvent) => void>()
  const watched = new Set<string>()

  function change(lane: string, part: Partial<TabEntry>): void {
    entries.value = entries.value.map((entry) =>
      entry.lane === lane ? { ...entry, ...part } : entry,
    )
  }

  function see(snapshot: TabSnapshot): void {
    const { lane, kind } = snapshot
    const known = entries.value.find((entry) => entry.lane === lane)
    if (known?.isOpen || (known && kind === 'window')) change(lane, { snapshot, isOpen: true })
    if (!known && kind === 'window') {
      entries.value = [...entries.value, { ...newEntry(numberOf(lane), 'window'), snapshot }]
    }
    if (kind === 'window' && !watched.has(lane)) watchWindow(lane)
  }

  /** The browser gives the lock away when the tab is gone, however that came about. */
  function watchWindow(lane: string): void {
    watched.add(lane)
    void navigator.locks.request(aliveLock(lane), () => {
      watched.delete(lane)
      change(lane, { isOpen: false })
    })
  }

  function send(lane: string, what: Order, id = crypto.randomUUID()): void {
    post({ kind: 'order', id, lane, order: what })
  }

  function order(lane: string, what: Order): Promise<readonly string[]> {
    const id = crypto.randomUUID()
    return new Promise((resolve) => {
      const timer = setTimeout(() => answer(['no answer']), answerWithinMs)
      const answer = (outcomes: readonly string[]): void => {
        clearTimeout(timer)
        answers.delete(id)
        resolve(outcomes)
      }
      answers.set(id, answer)
      send(lane, what, id)
    })
  }

  return {
    entries,
    open,
    receive(message) {
      if (message.kind === 'snapshot') see(message.snapshot)
      if (message.kind === 'done') answers.get(message.id)?.(message.outcomes)
      if (message.kind === 'event') for (const tell of listeners) tell(message.event)
    },
    setFrameCount(count) {
      const frames = entries.value.filter(({ kind }) => kind === 'frame')
      const windows = entries.value.filter(({ kind }) => kind === 'window')
      const more = Array.from({ length: Math.max(0, count - frames.length) }, (_, index) =>
        newEntry(frames.length + index + 1, 'frame'),
      )
      entries.value = [...frames.slice(0, count), ...more, ...windows]
    },
    closeFrame(lane) {
      change(lane, { isOpen: false })
    },
    reopenFrame(lane) {
      const { snapshot: _, ...entry } = entries.value.find((one) => one.lane === lane) ?? {
        ...newEntry(numberOf(lane), 'frame'),
      }
      const reopened = { ...entry, isOpen: true, opening: entry.opening + 1 }
      entries.value = entries.value.map((one) => (one.lane === lane ? reopened : one))
    },
    openWindow() {
      const number = Math.max(mostFrames, ...entries.value.map((entry) => entry.number)) + 1
      // Its card is there at once, so that nothing moves later.
      entries.value = [...entries.value, newEntry(number, 'window')]
      window.open(`./tab.html?tab=${number}`, '_blank', 'noopener')
    },
    forgetWindow(lane) {
      entries.value = entries.value.filter((entry) => entry.lane !== lane)
    },
    send,
    order,
    async orderAll(what) {
      const outcomes = await Promise.all(open.value.map(({ lane }) => order(lane, what)))
      return outcomes.flat()
    },
    until: (isSo, withinMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => finish(false), withinMs)
        const finish = (result: boolean): void => {
          clearTimeout(timer)
          // The effect may still be running for the first time.
          queueMicrotask(() => stop())
          resolve(result)
        }
        const stop = effect(() => {
          if (isSo(open.value)) finish(true)
        })
      }),
    nextEvent: (type, withinMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => finish(undefined), withinMs)
        const finish = (event: LaneEvent | undefined): void => {
          clearTimeout(timer)
          listeners.delete(listener)
          resolve(event)
        }
        const listener = (event: LaneEvent): void => {
          if (event.type === type && open.value.some(({ lane }) => lane === event.lane)) {
            finish(event)
          }
        }
        listeners.add(listener)
      }),
  }
}

function newEntry(number: number, kind: TabEntry['kind']): TabEntry {
  return { lane: `Tab ${number}`, number, kind, isOpen: true, opening: 0 }
}

function numberOf(lane: string): number {
  return Number(/\d+$/.exec(lane)?.[0] ?? 0)
}
