import type { LaneEvent } from '../timeline/lane-event.ts'
import type { TabSnapshot } from './tab-snapshot.ts'

/** What a tab can be told to do. */
export type Order =
  | { readonly type: 'call'; readonly times: number }
  | { readonly type: 'sign-out' }
  | { readonly type: 'sign-in'; readonly user: string }
  | { readonly type: 'reload' }
  /** Tells what has happened in the tab, as text. */
  | { readonly type: 'report' }
  | { readonly type: 'close' }
  /** Keeps the tab's thread busy. */
  | { readonly type: 'hang'; readonly forMs: number }
  | { readonly type: 'step-clock'; readonly byMs: number }

/** What goes between the page with the grid and the tabs. No token is ever in it. */
export type Message =
  | { readonly kind: 'snapshot'; readonly snapshot: TabSnapshot }
  | { readonly kind: 'event'; readonly event: LaneEvent }
  | { readonly kind: 'gone'; readonly lane: string }
  | { readonly kind: 'order'; readonly id: string; readonly lane: string; readonly order: Order }
  /** An order was carried out; for calls with what became of each. */
  | {
      readonly kind: 'done'
      readonly id: string
      readonly lane: string
      readonly outcomes: readonly string[]
    }
  /** Asks every tab for a snapshot. */
  | { readonly kind: 'roll-call' }

/** The Web Lock that a tab of the browser holds as long as it is there. */
export function aliveLock(lane: string): string {
  return `tokenring-demo ${lane}`
}

const members: Readonly<Record<Message['kind'], readonly string[]>> = {
  snapshot: ['snapshot'],
  event: ['event'],
  gone: ['lane'],
  order: ['id', 'lane', 'order'],
  done: ['id', 'lane', 'outcomes'],
  'roll-call': [],
}

export interface MessageChannelOfTabs {
  post(message: Message): void
}

/** Opens the channel of the demo. A message of another version of the demo is passed over. */
export function openMessages(onMessage: (message: Message) => void): MessageChannelOfTabs {
  const channel = new BroadcastChannel('tokenring-demo')
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isMessage(data)) onMessage(data)
  })
  return { post: (message) => channel.postMessage(message) }
}

function isMessage(data: unknown): data is Message {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return false
  const needed = Object.entries(members).find(([kind]) => kind === data.kind)?.[1]
  return needed !== undefined && needed.every((name) => name in data)
}
