import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Check } from './check.ts'
import type { Patience, Settings } from './settings.ts'

const patiences: Readonly<Record<Patience, string>> = {
  short: 'up to 5 seconds',
  usual: 'up to 35 seconds (takes about a minute)',
  long: 'up to 2 minutes (takes about 4)',
}

/** Which server, which client, and the consent that is needed beforehand. */
export function SetupForm({ check, pageUrl }: { check: Check; pageUrl: string }): JSX.Element {
  const draft = useSignal<Settings>(check.settings.value)
  const isAgreed = useSignal(false)
  const set =
    (name: keyof Settings) =>
    ({ currentTarget }: { currentTarget: { value: string } }): void => {
      draft.value = { ...draft.value, [name]: currentTarget.value }
    }
  const text = (
    name: keyof Settings,
    label: string,
    hint: string,
    isWanted = false,
  ): JSX.Element => (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        value={draft.value[name]}
        onInput={set(name)}
        required={isWanted}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={`${name}-hint`}
      />
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
    </div>
  )
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault()
        if (isAgreed.value) void check.start(draft.value)
      }}
    >
      <h2>Which server?</h2>
      {text(
        'issuer',
        'Issuer',
        'The address that the server calls itself by, exactly as it writes it.',
        true,
      )}
      {text('clientId', 'Client identifier', 'Of a public client: one without a secret.', true)}
      {text(
        'scope',
        'Scope',
        'As your app asks for. Many servers give a refresh token only with “offline_access”.',
      )}
      <p>
        At the server this client needs the redirect URI <code>{pageUrl}</code> and, where it has
        such a setting, the allowed origin <code>{new URL(pageUrl).origin}</code>.
      </p>
      <details>
        <summary>Further settings</summary>
        {text(
          'parameters',
          'Further parameters of the sign-in',
          'As in an address: audience=https://api.example.com',
        )}
        <div class="field">
          <label for="metadata">Metadata</label>
          <textarea
            id="metadata"
            rows={4}
            value={draft.value.metadata}
            onInput={set('metadata')}
            spellcheck={false}
            aria-describedby="metadata-hint"
          />
          <p class="hint" id="metadata-hint">
            Only if a page cannot read it from the server: what the server shows at
            /.well-known/openid-configuration.
          </p>
        </div>
        <div class="field">
          <label for="patience">How old a spent refresh token to try</label>
          <select id="patience" value={draft.value.patience} onChange={set('patience')}>
            {Object.entries(patiences).map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </div>
      </details>
      <div class="warning">
        <h3>Before you start: to the server this looks like theft</h3>
        <p>
          The check presents refresh tokens that are spent, on purpose, as a thief would. The server
          may end the user’s sessions in all apps, lock the account, and raise an alarm with whoever
          watches it. So take <strong>a test account</strong>, never that of a person, and tell
          whoever runs the server. The check asks a few dozen times at most.
        </p>
        <p>
          Tokens stay in the memory of this page and go to that server alone. They are in no report.
        </p>
        <label class="consent">
          <input
            type="checkbox"
            checked={isAgreed.value}
            onChange={({ currentTarget }) => {
              isAgreed.value = currentTarget.checked
            }}
          />
          I use a test account, and I may do this at that server.
        </label>
      </div>
      <button type="submit" class="primary" disabled={!isAgreed.value}>
        Look at the server
      </button>
    </form>
  )
}
