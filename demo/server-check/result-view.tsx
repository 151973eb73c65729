import type { JSX } from 'preact'
import { advise } from './advise.ts'
import type { Check } from './check.ts'
import { conclude } from './conclude.ts'
import { FindingView, verdicts } from './finding-view.tsx'
import { judge } from './judge.ts'
import { openQuestionsOf } from './plan.ts'
import { agesMs } from './settings.ts'
import { TextToCopy } from './text-to-copy.tsx'
import { writeOptions } from './write-options.ts'
import { writeReport } from './write-report.ts'

/** What was found out, the options that follow from it, and the report. */
export function ResultView({
  check,
  pageUrl,
}: {
  check: Check
  pageUrl: string
}): JSX.Element | null {
  const journal = check.journal.value
  if (journal.length === 0) return null
  const settings = check.settings.value
  const metadata = check.metadata.value
  const ages = agesMs[settings.patience]
  const seen = conclude(journal)
  const judged = judge(seen, {
    revocation: metadata?.revocation_endpoint !== undefined,
    dpop: metadata?.dpop ?? false,
    scopes: metadata?.scopes ?? [],
    scope: settings.scope,
    longestMs: ages.at(-1) ?? 0,
  })
  const canRevoke = metadata?.revocation_endpoint !== undefined
  const open = metadata ? openQuestionsOf(journal, { agesMs: ages, canRevoke }) : []
  const hasSignedIn = seen.signIn !== 'none'
  return (
    <>
      <section class="card headline" data-verdict={judged.verdict} aria-labelledby="answer">
        <h2 id="answer">The answer</h2>
        <p>
          <span class="verdict">{verdicts[judged.verdict]}</span> <strong>{judged.headline}</strong>
        </p>
        {hasSignedIn && seen.leftOver && check.phase.value.kind === 'paused' && (
          <p>A session of the test user is probably still alive at the server: end it there.</p>
        )}
      </section>
      <section class="card" aria-labelledby="findings">
        <h2 id="findings">What was found out</h2>
        <ul class="findings">
          {judged.findings.map((finding) => (
            <FindingView key={finding.id} finding={finding} />
          ))}
        </ul>
      </section>
      {hasSignedIn && (
        <section class="card" aria-labelledby="options">
          <h2 id="options">The options that fit</h2>
          <p>
            For <code>createTokenManager</code>. What is at <code>example.com</code> is yours to
            replace.
          </p>
          <TextToCopy
            id="options-text"
            title="Options for createTokenManager"
            text={writeOptions(advise(seen, settings, metadata))}
          />
        </section>
      )}
      {hasSignedIn && (
        <section class="card" aria-labelledby="report">
          <h2 id="report">The report</h2>
          <p>For whoever makes or runs the server. No token, code or secret is in it.</p>
          <TextToCopy
            id="report-text"
            title="Report"
            text={writeReport({
              judged,
              open,
              journal,
              settings,
              metadata,
              pageOrigin: new URL(pageUrl).origin,
              browser: navigator.userAgent,
              at: Date.now(),
            })}
          />
        </section>
      )}
    </>
  )
}
