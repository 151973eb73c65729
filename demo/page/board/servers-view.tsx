import type { JSX } from 'preact'
import { counted } from './counted.ts'
import type { Counters, Servers } from './servers.ts'

const rows: readonly (readonly [heading: string, counters: Readonly<Record<string, string>>])[] = [
  [
    'Authorization server',
    {
      refreshGrants: 'Refresh grants',
      replays: 'Spent refresh tokens presented',
      refreshRefused: 'Refresh grants refused',
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

/** The figure that matters: what one expiry of the access token costs. 1 is right. */
export function Headline({ servers }: { readonly servers: Servers }): JSX.Element {
  const counters = servers.counters.value
  const expiries = counters?.['expiries'] ?? 0
  return (
    <p class="headline">
      <strong data-headline>{counters && expiries > 0 ? perExpiry(counters) : '–'}</strong>
      <span>
        refresh grants per expiry <br />
        {`${counted(expiries, 'expiry', 'expiries')} so far`}
      </span>
    </p>
  )
}

function perExpiry({ refreshGrants = 0, expiries = 1 }: Counters): string {
  return String(Math.round((refreshGrants / expiries) * 100) / 100)
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
