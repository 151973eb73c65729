import type { Finding } from './finding.ts'
import type { Journal } from './journal.ts'
import type { Judged } from './judge.ts'
import type { Metadata } from './metadata.ts'
import type { Question } from './plan.ts'
import type { Settings } from './settings.ts'
import { writeEntry } from './write-entry.ts'

export interface ReportFacts {
  readonly judged: Judged
  readonly open: readonly Question[]
  readonly journal: Journal
  readonly settings: Settings
  readonly metadata: Metadata | undefined
  readonly pageOrigin: string
  readonly browser: string
  /** Ms since the epoch. */
  readonly at: number
}

const marks: Readonly<Record<Finding['verdict'], string>> = {
  good: 'fine',
  care: 'take care',
  bad: 'a problem',
  'not-found-out': 'not found out',
}

/** The whole as text, for whoever makes or runs the server. It holds no token, code or secret. */
export function writeReport(facts: ReportFacts): string {
  const { judged, open, journal, settings, metadata, pageOrigin } = facts
  const asks = [...new Set(judged.findings.flatMap(({ ask }) => (ask === undefined ? [] : [ask])))]
  return [
    'Does the server survive refresh token rotation in a browser?',
    '',
    `server    ${settings.issuer}`,
    `client    ${settings.clientId}`,
    `scope     ${settings.scope === '' ? 'none' : settings.scope}`,
    `page      ${pageOrigin}`,
    `browser   ${facts.browser}`,
    `time      ${new Date(facts.at).toISOString()}`,
    '',
    judged.headline,
    ...(asks.length > 0
      ? ['', 'WHAT WE ASK FOR', '', ...asks.map((ask, index) => `${index + 1}. ${ask}`)]
      : []),
    '',
    'WHAT WAS SEEN',
    '',
    ...judged.findings.flatMap(({ title, verdict, seen }) => [
      `${title} [${marks[verdict]}]`,
      `  ${seen}`,
    ]),
    ...(open.length > 0 ? ['', `Not tried: ${open.join(', ')}.`] : []),
    '',
    'WHAT WAS DONE, IN ORDER',
    '',
    'Tokens are called r1, a2 and so on: refresh tokens and access tokens. Two names are two values.',
    ...journal.map((entry) => `- ${writeEntry(entry)}`),
    ...(metadata
      ? ['', 'WHICH HEADERS A PAGE MAY READ', '', ...curl(metadata, settings, pageOrigin)]
      : []),
    '',
  ].join('\n')
}

/** What a page cannot see, and a terminal can. */
function curl(metadata: Metadata, settings: Settings, pageOrigin: string): readonly string[] {
  return [
    `curl -si '${quoted(metadata.token_endpoint)}' -H 'Origin: ${quoted(pageOrigin)}' \\`,
    `  -d grant_type=refresh_token -d refresh_token=made-up --data-urlencode 'client_id=${quoted(settings.clientId)}' \\`,
    '  | grep -i ^access-control-',
  ]
}

function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`)
}
