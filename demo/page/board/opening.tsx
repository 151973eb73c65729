import { useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import type { Comparison, StormResult } from './comparison.ts'
import { counted } from './counted.ts'
import type { Stage } from './stage.ts'
import type { TroubleDesk } from './trouble-desk.ts'
import { verdictOf } from './verdict.ts'

interface OpeningProps {
  readonly comparison: Comparison
  readonly stage: Stage
  readonly desk: TroubleDesk
}

/** What a visitor sees first: what rotation is, one button, and what came of it with and without. */
export function Opening({ comparison, stage, desk }: OpeningProps): JSX.Element {
  const { result, step, frames } = comparison
  const verdicts = useRef<HTMLDivElement>(null)
  useSignalEffect(() => {
    const isOfInterest = step.value !== undefined || result.value !== undefined
    // On a phone it may be below the button.
    if (isOfInterest) verdicts.current?.scrollIntoView({ block: 'nearest' })
  })
  const count = stage.tabs.open.value.length
  const isBusy = desk.running.value !== undefined
  return (
    <section class="opening" aria-labelledby="title">
      <div class="opening-words">
        <h1 id="title">tokenring</h1>
        <p class="lead">
          A refresh token is good for one use and is then replaced (<b>rotation</b>), so a second
          tab that brings the old one <b>looks like a thief</b>, and the user is thrown out.
        </p>
        <button
          type="button"
          class="primary large"
          aria-disabled={isBusy}
          onClick={() =>
            void desk.keepBusy(
              'The same storm on tokenring and on a refresh written by hand.',
              () => comparison.run(stage),
            )
          }
        >
          {`Refresh in ${counted(count, 'tab')} at once`}
        </button>
        <p class="step" role="status" data-busy={step.value !== undefined}>
          {step.value ??
            desk.outcomes.value['busy'] ??
            'Two apps, one authorization server, all of them on your machine.'}
        </p>
      </div>
      <div class="verdicts" ref={verdicts}>
        <Panel
          id="by-hand"
          title="By hand"
          about="Twenty lines, as most apps have them: every tab refreshes for itself."
          tabs={count}
          isRunning={step.value !== undefined}
          storm={result.value?.twentyLines}
        />
        <Panel
          id="with-tokenring"
          title="With tokenring"
          about="One tab refreshes, the others take over what it got."
          tabs={count}
          isRunning={step.value !== undefined}
          storm={result.value?.tokenring}
        />
      </div>
      <div hidden>
        {frames.value.map((name) => (
          <iframe key={name} name={name} title={name} src="./twenty-lines.html" />
        ))}
      </div>
    </section>
  )
}

interface PanelProps {
  readonly id: string
  readonly title: string
  readonly about: string
  readonly tabs: number
  readonly isRunning: boolean
  readonly storm: StormResult | undefined
}

function Panel(props: PanelProps): JSX.Element {
  const { id, title, about, tabs, isRunning, storm } = props
  const verdict = storm && verdictOf(storm)
  const marks = verdict?.tabs ?? Array.from({ length: tabs }, () => undefined)
  return (
    <article class="verdict" id={id} data-light={verdict?.light ?? 'quiet'}>
      <h2>{title}</h2>
      <p class="verdict-about">{about}</p>
      <p class="windows" aria-hidden="true">
        {marks.map((isWell, index) => (
          <i key={index} data-well={isWell}>
            {isWell === undefined ? '' : isWell ? '✓' : '✕'}
          </i>
        ))}
      </p>
      <p class="verdict-headline">
        {verdict?.headline ?? (isRunning ? 'Running…' : 'Not tried yet')}
      </p>
      <p class="verdict-lost">
        sessions lost: <strong>{verdict?.sessionsLost ?? '–'}</strong>
      </p>
      <p class="verdict-why">{verdict?.why}</p>
    </article>
  )
}
