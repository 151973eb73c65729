import type { JSX } from 'preact'
import { visitorWithinMs } from './order-form.ts'
import type { OrderForm } from './order-form.ts'

/** The form over the page, with the notice over what was typed. */
export function OrderFormView({ form }: { readonly form: OrderForm }): JSX.Element | undefined {
  const view = form.view.value
  if (view === undefined) return undefined
  const { text, status, hasNotice, isSigningIn, problem } = view
  return (
    <dialog open class="over-page order-form" aria-labelledby="order-form-heading">
      <h2 id="order-form-heading">An order, half written</h2>
      <div role="alert">
        {hasNotice && (
          <div class="notice">
            <p>Your session has ended. What you have typed is still here.</p>
            <button
              type="button"
              class="primary"
              aria-disabled={isSigningIn}
              onClick={() => {
                // In the handler of the click, or the browser blocks it.
                if (!isSigningIn) form.signInAgain(window.open('', '_blank', popupFeatures))
              }}
            >
              Sign in again here
            </button>
            <button type="button" onClick={form.stopWaiting}>
              Let another tab do it
            </button>
            <p class="quiet">{waitingText(isSigningIn, problem)}</p>
          </div>
        )}
      </div>
      <label>
        What would you like?
        <textarea
          rows={3}
          value={text}
          onInput={({ currentTarget }) => form.edit(currentTarget.value)}
        />
      </label>
      <p class="quiet" role="status">
        {status}
      </p>
    </dialog>
  )
}

const popupFeatures = 'popup,width=480,height=640'

function waitingText(isSigningIn: boolean, problem: string | undefined): string {
  if (isSigningIn) return 'The login page is in a window of its own. It comes back by itself.'
  if (problem !== undefined) return `That window gave no session: ${problem}. Try again.`
  return `If you do nothing, another tab signs in after ${visitorWithinMs / 1_000} s.`
}
