import type { JSX } from 'preact'
import { answered } from './comparison.ts'
import type { Comparison, StormResult } from './comparison.ts'
import type { Stage } from './stage.ts'
import type { TroubleDesk } from './trouble-desk.ts'

interface ComparisonViewProps {
  readonly comparison: Comparison
  readonly stage: Stage
  readonly desk: TroubleDesk
}

/** The same storm on both, next to each other. */
export function ComparisonView({ comparison, stage, desk }: ComparisonViewProps): JSX.Element {
  const { result, frames } = comparison
  return (
    <section class="comparison" aria-labelledby="comparison-heading">
      <h2 id="comparison-heading">What most apps have</h2>
      <p>
        A refresh of twenty lines: tokens in storage, a new one on 401, shared by the requests of a
        tab. In as many tabs as are open above, with the same storm, at the same server.
      </p>
      <button
        type="button"
        aria-disabled={desk.running.value !== undefined}
        onClick={() =>
          void desk.keepBusy('The same storm on tokenring and on twenty lines.', () =>
            comparison.run(stage),
          )
        }
      >
        Run the same storm on both
      </button>
      <div class="sides">
        <Side title="tokenring" storm={result.value?.tokenring} />
        <Side title="Twenty lines" storm={result.value?.twentyLines} />
      </div>
      <div hidden>
        {frames.value.map((name) => (
          <iframe key={name} name={name} title={name} src="./twenty-lines.html" />
        ))}
      </div>
    </section>
  )
}

function Side({
  title,
  storm,
}: {
  readonly title: string
  readonly storm: StormResult | undefined
}): JSX.Element {
  const rows: readonly (readonly [string, string])[] = [
    ['Requests answered', storm ? `${answered(storm)} of ${storm.outcomes.length}` : '–'],
    ['Refresh grants', storm ? String(storm.grants) : '–'],
    ['Spent refresh tokens presented', storm ? String(storm.replays) : '–'],
    ['Session', storm ? (storm.isSessionAlive ? 'alive' : 'ended by the server') : '–'],
  ]
  return (
    <div class="side" data-side={title}>
      <h3>{title}</h3>
      <p class="dots" aria-hidden="true">
        {(storm?.outcomes ?? []).map((outcome, index) => (
          <i key={index} data-light={outcome === '200' ? 'good' : 'bad'} />
        ))}
      </p>
      <table>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
