import type { JSX } from 'preact'
import type { Finding, Verdict } from './finding.ts'

export const verdicts: Readonly<Record<Verdict, string>> = {
  good: 'Fine',
  care: 'Take care',
  bad: 'A problem',
  'not-found-out': 'Not found out',
}

export function FindingView({ finding }: { finding: Finding }): JSX.Element {
  const { id, title, verdict, seen, means, todo } = finding
  return (
    <li class="finding" id={id} data-verdict={verdict}>
      <details open={verdict !== 'good'}>
        <summary>
          <h3>{title}</h3> <span class="verdict">{verdicts[verdict]}</span>
        </summary>
        <dl>
          <div>
            <dt>Seen</dt>
            <dd class="seen">{seen}</dd>
          </div>
          <div>
            <dt>For your users</dt>
            <dd>{means}</dd>
          </div>
          <div>
            <dt>What to do</dt>
            <dd>{todo}</dd>
          </div>
        </dl>
      </details>
    </li>
  )
}
