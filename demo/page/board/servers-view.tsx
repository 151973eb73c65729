import type { JSX } from 'preact'
import { counted } from './counted.ts'
import type { Servers } from './servers.ts'

const rows: readonly (readonly [heading: string, counters: Readonly<Record<string, string>>])[] = [
  [
    'Authorization server',
    {
      refreshGrants: 'Refreshes',
      replays: 'Used refresh tokens presented',
      refreshRefused: 'Refreshes refused',
      tokenRequests: 'Token requests',
      codeGrants: 'Sign-ins',
      revocations: 'Revocations',
      sessions: 'Sessions alive',
    },
  ],
  [
    'API',
    {
      ok: 'Answered 200',
      unauthorized: 'Answered 401',
      forbidden: 'Answered 403',
      tokens: 'Different access tokens',
    },
  ],
]

/** The figure that matters: what one expiry of the access token costs, and why it is not 1. */
export function Headline({ servers }: { readonly servers: Servers }): JSX.Element {
  const { refreshGrants = 0, expiries = 0 } = servers.counters.value ?? {}
  return (
    <section class="headline" aria-labelledby="headline-heading">
      <h2 id="headline-heading">Refreshes per expiry</h2>
      <strong data-headline>{expiries > 0 ? ratio(refreshGrants, expiries) : '–'}</strong>
      <p>{`${counted(refreshGrants, 'refresh', 'refreshes')}, ${counted(expiries, 'expiry', 'expiries')} so far`}</p>
      <p class="meaning">{meaning(refreshGrants, expiries)}</p>
    </section>
  )
}

function ratio(grants: number, expiries: number): string {
  return String(Math.round((grants / expiries) * 100) / 100)
}

function meaning(grants: number, expiries: number): string {
  if (expiries === 0) return 'What it costs all tabs together when the access token runs out.'
  if (grants > expiries) {
    return 'One would do. The others: a reply was lost, or a token was refused before its time.'
  }
  if (grants < expiries) return 'Less than one, because a session that is over gets none.'
  return 'The least there can be, however many tabs there are.'
}

/** What the servers count, whatever the page believes. */
export function ServersView({ servers }: { readonly servers: Servers }): JSX.Element {
  return (
    <section class="servers" aria-labelledby="servers-heading">
      <h2 id="servers-heading">What the servers count</h2>
      {rows.map(([heading, counters]) => (
        <table key={heading}>
          <caption>{heading}</caption>
          <tbody>
            {Object.entries(counters).map(([name, label]) => (
              <tr key={name}>
                <th scope="row">{label}</th>
                <td data-counter={name}>{servers.counters.value?.[name] ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
      <p>
        <a href="./server-check.html">Does your own server survive rotation?</a>
      </p>
    </section>
  )
}
