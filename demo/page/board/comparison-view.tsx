import type { JSX } from 'preact'
import { answered, asked, isAnswer } from './comparison.ts'
import type { Comparison, StormResult } from './comparison.ts'

/** The two storms of the first screen in figures. */
export function ComparisonView({ comparison }: { readonly comparison: Comparison }): JSX.Element {
  const { result } = comparison
  return (
    <section class="comparison" aria-labelledby="comparison-heading">
      <h2 id="comparison-heading">The same storm on both, in figures</h2>
      <p>
        What most apps have is a refresh of twenty lines: tokens in storage, a new one on 401,
        shared by the requests of a tab. In as many tabs as are open here, with ten requests each,
        at the same server. The large button above runs it.
      </p>
      <div class="sides">
        <Side name="Twenty lines" title="By hand" storm={result.value?.twentyLines} />
        <Side name="tokenring" title="tokenring" storm={result.value?.tokenring} />
      </div>
    </section>
  )
}

function Side({
  name: side,
  title,
  storm,
}: {
  readonly name: string
  readonly title: string
  readonly storm: StormResult | undefined
}): JSX.Element {
  const rows: readonly (readonly [string, string])[] = [
    ['Requests answered', storm ? `${answered(storm)} of ${asked(storm)}` : '–'],
    ['Refreshes', storm ? String(storm.grants) : '–'],
    ['Used refresh tokens presented', storm ? String(storm.replays) : '–'],
    ['Session', storm ? (storm.isSessionAlive ? 'alive' : 'ended by the server') : '–'],
  ]
  return (
    <div class="side" data-side={side}>
      <h3>{title}</h3>
      <p class="dots" aria-hidden="true">
        {(storm?.tabs.flat() ?? []).map((outcome, index) => (
          <i key={index} data-light={isAnswer(outcome) ? 'good' : 'bad'} />
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
