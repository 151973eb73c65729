import type { JSX } from 'preact'
import type { Check } from './check.ts'
import { ResultView } from './result-view.tsx'
import { SetupForm } from './setup-form.tsx'
import { writeEntry } from './write-entry.ts'

/** The whole page. */
export function CheckView({ check, pageUrl }: { check: Check; pageUrl: string }): JSX.Element {
  const { kind } = check.phase.value
  return (
    <>
      <header>
        <p>
          <a href="./index.html">tokenring demo</a>
        </p>
        <h1>Does your server survive rotation?</h1>
        <p class="lead">
          With rotation every refresh token is good once: the server gives a new one with each
          refresh, and takes whoever comes with an old one for a thief. A second tab can look like
          that, and so can a reply that was lost on its way. Servers differ in what they do then,
          and few say it. This page finds out what yours does.
        </p>
      </header>
      <main>
        <p class="problem" role="alert">
          {check.problem.value}
        </p>
        {kind === 'form' ? (
          <SetupForm check={check} pageUrl={pageUrl} />
        ) : (
          <Progress check={check} />
        )}
        <ResultView check={check} pageUrl={pageUrl} />
      </main>
    </>
  )
}

function Progress({ check }: { check: Check }): JSX.Element {
  const phase = check.phase.value
  const { issuer, clientId } = check.settings.value
  return (
    <section class="card" aria-labelledby="progress">
      <h2 id="progress">
        {issuer}, client {clientId}
      </h2>
      <p role="status" class="doing" data-phase={phase.kind}>
        {phase.kind === 'busy' ? phase.doing : ''}
        {phase.kind === 'paused' && phase.wanted.length === 0 && 'The check is over.'}
      </p>
      {phase.kind === 'paused' && phase.wanted.length > 0 && <Wanted check={check} />}
      <p class="actions">
        {phase.kind === 'paused' && phase.wanted.length > 0 && (
          <button type="button" class="primary" onClick={() => void check.signIn()}>
            Sign in as the test user
          </button>
        )}
        {phase.kind === 'busy' && phase.canStop && (
          <button type="button" onClick={check.stop}>
            Stop after this
          </button>
        )}
        {phase.kind === 'paused' && (
          <button type="button" onClick={check.startOver}>
            Check another server
          </button>
        )}
      </p>
      <details>
        <summary>What was done so far</summary>
        <ol>
          {check.journal.value.map((entry, index) => (
            <li key={index}>{writeEntry(entry)}</li>
          ))}
        </ol>
      </details>
    </section>
  )
}

function Wanted({ check }: { check: Check }): JSX.Element {
  const { phase } = check
  const wanted = phase.value.kind === 'paused' ? phase.value.wanted : []
  const isFirst = !check.journal.value.some(({ step }) => step === 'sign-in')
  return isFirst ? (
    <p>
      That was all that can be seen without a user. Next: sign in as the test user, on the server’s
      own page. You come back here, and the rest goes by itself. Leave the page open meanwhile.
    </p>
  ) : (
    <>
      <p>
        The session is over: some answers can be had only by what ends it. You can stop here, and
        the rest stays “not found out”; or sign in once more, as the same test user, for:
      </p>
      <ul>
        {wanted.map((question) => (
          <li key={question}>{question}</li>
        ))}
      </ul>
    </>
  )
}
