import type { Probing } from './carry-out.ts'
import type { Entry, Journal } from './journal.ts'
import { plan } from './plan.ts'
import type { PlanOptions, Step } from './plan.ts'

/** Where the probes have come to an end: for lack of a session, or of questions. */
export type Halt = Extract<Step, { do: 'sign-in' | 'nothing' }>

/** Carries out one step after the other, as long as there is a session to do it with. */
export async function runProbes(options: {
  readonly journal: Journal
  readonly planOptions: PlanOptions
  readonly probing: Probing
  /** Before each step. `false`: enough. */
  goesOn(step: Step): boolean
  saw(entry: Entry): void
}): Promise<Halt> {
  let { journal } = options
  for (;;) {
    const step = plan(journal, options.planOptions)
    if (step.do === 'sign-in' || step.do === 'nothing') return step
    if (!options.goesOn(step)) return { do: 'nothing', open: [] }
    const entry = await options.probing.carryOut(step)
    journal = [...journal, entry]
    options.saw(entry)
  }
}
