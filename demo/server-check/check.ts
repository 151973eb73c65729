import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { createProbing } from './carry-out.ts'
import { isGranted } from './journal.ts'
import type { Answer, Entry, Journal } from './journal.ts'
import { lookAround } from './look-around.ts'
import type { Metadata } from './metadata.ts'
import { readNote, writeNote } from './notebook.ts'
import { openQuestionsOf, plan } from './plan.ts'
import type { PlanOptions, Question } from './plan.ts'
import { runProbes } from './run-probes.ts'
import { sayStep } from './say-step.ts'
import { sessionOf } from './session.ts'
import { agesMs, problemOf } from './settings.ts'
import type { Settings } from './settings.ts'
import { prepareSignIn, readCallback } from './sign-in.ts'
import { createTokens, highestName } from './tokens.ts'
import type { Wire } from './wire.ts'

/** How far the check is. */
export type Phase =
  | { readonly kind: 'form' }
  | { readonly kind: 'busy'; readonly doing: string; readonly canStop: boolean }
  /** `wanted`: what a sign-in could still find out. */
  | { readonly kind: 'paused'; readonly wanted: readonly Question[] }

/** The check of one server, from the form to the report. */
export interface Check {
  readonly phase: ReadonlySignal<Phase>
  readonly journal: ReadonlySignal<Journal>
  readonly settings: ReadonlySignal<Settings>
  readonly metadata: ReadonlySignal<Metadata | undefined>
  readonly problem: ReadonlySignal<string | undefined>
  /** Looks at what needs no sign-in. */
  start(settings: Settings): Promise<void>
  /** Leaves to the login page. */
  signIn(): Promise<void>
  /** After the step that is under way. */
  stop(): void
  /** Forgets what was seen. */
  startOver(): void
  /** Goes on where the tab was left: comes back from the login page, or was reloaded. */
  arrive(): Promise<void>
}

/** @param pageUrl Without query; where the login page comes back to. */
export function createCheck(first: Settings, wire: Wire, pageUrl: string): Check {
  const phase = signal<Phase>({ kind: 'form' })
  const journal = signal<Journal>([])
  const settings = signal(first)
  const metadata = signal<Metadata | undefined>(undefined)
  const problem = signal<string | undefined>(undefined)
  let isStopped = false

  function saw(entry: Entry): void {
    journal.value = [...journal.value, entry]
    keep()
  }

  function keep(): void {
    if (!metadata.value) return
    writeNote(sessionStorage, {
      settings: settings.value,
      metadata: metadata.value,
      journal: journal.value,
    })
  }

  function planOptions(): PlanOptions {
    return {
      agesMs: agesMs[settings.value.patience],
      canRevoke: metadata.value?.revocation_endpoint !== undefined,
    }
  }

  function pause(): void {
    const halt = plan(journal.value, planOptions())
    const last = journal.value.at(-1)
    // Who went back at the login page may try again.
    const isRefused = last?.step === 'sign-in' && !isGranted(last.answer)
    const isOver = halt.do === 'nothing' && !isRefused
    const wanted = isOver ? [] : openQuestionsOf(journal.value, planOptions())
    phase.value = { kind: 'paused', wanted: metadata.value ? wanted : [] }
  }

  async function probe(code: string, verifier: string): Promise<void> {
    if (!metadata.value) return
    isStopped = false
    phase.value = { kind: 'busy', doing: 'Getting the first tokens.', canStop: false }
    const { clientId, scope } = settings.value
    const tokens = createTokens(highestName(JSON.stringify(journal.value)))
    const probing = createProbing({ metadata: metadata.value, clientId, wire, tokens })
    saw({ step: 'sign-in', scope, answer: await probing.redeem(code, verifier, pageUrl) })
    await runProbes({
      journal: journal.value,
      planOptions: planOptions(),
      probing,
      saw,
      goesOn(step) {
        if (step.do === 'sign-in' || step.do === 'nothing' || isStopped) return false
        phase.value = { kind: 'busy', doing: sayStep(step), canStop: true }
        return true
      },
    })
    // Its tokens are gone with this function.
    if (isStopped && sessionOf(journal.value).isAlive) saw({ step: 'session-lost' })
    pause()
  }

  return {
    phase,
    journal,
    settings,
    metadata,
    problem,
    async start(chosen) {
      settings.value = chosen
      problem.value = problemOf(chosen)
      if (problem.value !== undefined) return
      phase.value = { kind: 'busy', doing: 'Looking at the server’s addresses.', canStop: false }
      const around = await lookAround(chosen, wire, pageUrl)
      journal.value = around.entries
      metadata.value = around.metadata
      problem.value = around.problem
      keep()
      if (around.metadata) pause()
      else phase.value = { kind: 'form' }
    },
    async signIn() {
      if (!metadata.value) return
      const { url, signIn } = await prepareSignIn(settings.value, metadata.value, pageUrl)
      writeNote(sessionStorage, {
        settings: settings.value,
        metadata: metadata.value,
        journal: journal.value,
        signIn,
      })
      location.assign(url)
    },
    stop() {
      isStopped = true
    },
    startOver() {
      writeNote(sessionStorage, undefined)
      journal.value = []
      metadata.value = undefined
      problem.value = undefined
      phase.value = { kind: 'form' }
    },
    async arrive() {
      const note = readNote(sessionStorage)
      const callback = readCallback(new URL(location.href), note?.signIn, note?.metadata.issuer)
      // Before anything is sent: no reload and no referrer shall have the code.
      if (callback) history.replaceState(null, '', pageUrl)
      if (callback?.kind === 'not-ours') {
        problem.value =
          'This address came from no sign-in that this tab has begun, so nothing was done with it.'
      }
      if (!note) return
      settings.value = note.settings
      metadata.value = note.metadata
      journal.value = note.journal
      // The verifier goes here: a code is used once.
      keep()
      if (callback?.kind === 'code' && note.signIn)
        return probe(callback.code, note.signIn.verifier)
      if (callback?.kind === 'refused') {
        const { kind, error, words } = callback
        const answer: Answer = { kind, status: 0, error, ...(words !== undefined && { words }) }
        saw({ step: 'sign-in', scope: note.settings.scope, answer })
      } else if (sessionOf(journal.value).isAlive) saw({ step: 'session-lost' })
      pause()
    },
  }
}
