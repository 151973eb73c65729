import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { counted } from './counted.ts'
import { growth } from './stage.ts'
import type { Stage } from './stage.ts'
import { wait } from './wait.ts'
import { troubles } from './troubles/troubles.ts'
import type { Trouble } from './troubles/trouble.ts'

const readingMs = 3_000

/** Plays one trouble at a time, or all of them as a tour. */
export interface TroubleDesk {
  /** The one that is playing, or `busy` for something else that must not be disturbed. */
  readonly running: ReadonlySignal<string | undefined>
  /** What came of each, the last time it was played. */
  readonly outcomes: ReadonlySignal<Readonly<Record<string, string>>>
  /** What is happening, in a sentence. */
  readonly caption: ReadonlySignal<string>
  readonly isTouring: ReadonlySignal<boolean>
  play(trouble: Trouble): Promise<void>
  /** Plays all of them one after the other; called again, stops after the present one. */
  toggleTour(): Promise<void>
  /** Runs something else while no trouble can be played. */
  keepBusy(caption: string, task: () => Promise<string>): Promise<void>
  /** The page goes away, perhaps in the middle of a trouble. */
  abandon(): void
}

/** @param mark Told the label of every trouble that begins. */
export function createTroubleDesk(stage: Stage, mark: (label: string) => void): TroubleDesk {
  const running = signal<string | undefined>(undefined)
  const outcomes = signal<Readonly<Record<string, string>>>({})
  const caption = signal('Press a button and watch the tabs.')
  const isTouring = signal(false)

  async function perform(trouble: Trouble): Promise<string> {
    const { clientId } = stage.facts
    await stage.keepSession()
    caption.value = `${trouble.label}. ${trouble.sentence}`
    mark(trouble.label)
    await trouble.prepare?.(stage)
    const before = await stage.servers.read(clientId)
    const told = await runAndRelease(trouble)
    const after = await stage.servers.read(clientId)
    const grants = counted(growth(before, after, 'refreshGrants'), 'refresh grant')
    const replays = counted(growth(before, after, 'replays'), 'replay')
    return `${told}. ${grants}, ${replays}.`
  }

  async function runAndRelease(trouble: Trouble): Promise<string> {
    try {
      return await trouble.run(stage)
    } finally {
      await stage.release()
    }
  }

  async function alone(id: string, task: () => Promise<string>): Promise<void> {
    if (running.value !== undefined) return
    running.value = id
    // Or the last outcome would read as what is coming of it now.
    outcomes.value = { ...outcomes.value, [id]: '' }
    const outcome = await task().catch(wentWrong)
    outcomes.value = { ...outcomes.value, [id]: outcome }
    caption.value = outcome
    running.value = undefined
  }

  const play = (trouble: Trouble): Promise<void> => alone(trouble.id, () => perform(trouble))

  async function tourFrom([trouble, ...rest]: readonly Trouble[]): Promise<void> {
    if (trouble === undefined || !isTouring.value) return
    await play(trouble)
    await wait(readingMs)
    await tourFrom(rest)
  }

  return {
    running,
    outcomes,
    caption,
    isTouring,
    play,
    async toggleTour() {
      if (isTouring.value) {
        isTouring.value = false
        return
      }
      if (running.value !== undefined) return
      isTouring.value = true
      await tourFrom(troubles)
      isTouring.value = false
    },
    keepBusy(text, task) {
      if (running.value === undefined) caption.value = text
      return alone('busy', task)
    },
    abandon() {
      if (running.value !== undefined) void stage.release().catch(() => undefined)
    },
  }
}

function wentWrong(error: unknown): string {
  return `That went wrong: ${error instanceof Error ? error.message : String(error)}`
}
