import type { JSX } from 'preact'
import type { TroubleDesk } from './trouble-desk.ts'
import { troubles } from './troubles/troubles.ts'

/** One button for each trouble, with what will happen and what came of it. */
export function TroubleList({ desk }: { readonly desk: TroubleDesk }): JSX.Element {
  const { running, outcomes, isTouring, caption } = desk
  return (
    <section class="troubles" aria-labelledby="troubles-heading">
      <div class="troubles-head">
        <h2 id="troubles-heading">Trouble</h2>
        <button
          type="button"
          class="primary"
          aria-pressed={isTouring.value}
          onClick={() => void desk.toggleTour()}
        >
          {isTouring.value ? 'Stop the tour' : 'Tour'}
        </button>
        <p class="caption" role="status" data-busy={running.value !== undefined}>
          {caption.value}
        </p>
      </div>
      <ul tabIndex={0} aria-label="Troubles">
        {troubles.map((trouble) => (
          <li key={trouble.id} id={trouble.id} data-running={running.value === trouble.id}>
            <button
              type="button"
              aria-describedby={`${trouble.id}-sentence`}
              aria-disabled={running.value !== undefined}
              onClick={() => void desk.play(trouble)}
            >
              {trouble.label}
            </button>
            <p id={`${trouble.id}-sentence`}>{trouble.sentence}</p>
            <p class="outcome">{outcomes.value[trouble.id]}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}
