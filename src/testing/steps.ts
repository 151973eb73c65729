/** What can be told of a tab by those who act for it. */
export interface TabProcess {
  readonly name: string
  /** `frozen` and `away` run nothing; `gone` never will again. */
  readonly state: 'running' | 'frozen' | 'away' | 'gone'
}

export type StepKind =
  'storage' | 'told' | 'lock' | 'message' | 'request' | 'reply' | 'api' | 'timer'

/** One thing that is waiting to go on. */
export interface Step {
  readonly kind: StepKind
  /** The tab it belongs to; it is dropped when that tab is gone. */
  readonly tab: TabProcess
  /** In plain words. */
  readonly label: string
  isReady(): boolean
  run(): void
  /** Lets it come to nothing in place of running it, as a broken connection does. */
  fail?(): void
  /**
   * Has it never answered. `decided`: a transaction that was decided and is not carried out; one that
   * was not even begun, otherwise.
   */
  lose?(how: { readonly decided: boolean }): void
}

/** Everything that waits, in the order in which it began to wait. */
export interface Steps {
  /** Lets `step` wait, and returns what takes it back. */
  add(step: Step): () => void
  /** What may go on now, oldest first. */
  ready(): readonly Step[]
  pending(): readonly Step[]
  /** Names a step: the same one in every run in which its tab has done the same so far. */
  nameOf(step: Step): string
  /** Takes a step away; whoever waits for it goes on waiting. */
  drop(step: Step): void
  /** Takes away all that belongs to a tab. */
  dropAll(tab: TabProcess): void
  /** Takes `step`, runs it, and fulfils when everything that follows from it has been done. */
  run(step: Step, how?: 'run' | 'fail'): Promise<void>
}

export function createSteps(): Steps {
  const names = new WeakMap<Step, string>()
  const counts = new Map<string, number>()
  let waiting: readonly Step[] = []
  const drop = (step: Step): void => {
    waiting = waiting.filter((other) => other !== step)
  }
  return {
    add(step) {
      if (step.tab.state === 'gone') return () => {}
      const count = (counts.get(step.label) ?? 0) + 1
      counts.set(step.label, count)
      names.set(step, `${step.label} ${count}`)
      waiting = [...waiting, step]
      return () => drop(step)
    },
    ready: () => waiting.filter((step) => step.isReady()),
    pending: () => waiting,
    nameOf: (step) => names.get(step) ?? step.label,
    drop,
    dropAll(tab) {
      waiting = waiting.filter((step) => step.tab !== tab)
    },
    async run(step, how = 'run') {
      drop(step)
      if (how === 'run') step.run()
      else step.fail?.()
      await quiet()
    },
  }
}

type Task = (task: () => void) => void

/** Fulfils when no promise is left that could go on by itself. */
export async function quiet(): Promise<void> {
  const { setImmediate } = globalThis as { readonly setImmediate?: Task }
  const after: Task = setImmediate ?? ((task) => void setTimeout(task, 0))
  // Reading the body of a Response takes one turn of the event loop; the second is for good measure.
  for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => after(resolve))
}
