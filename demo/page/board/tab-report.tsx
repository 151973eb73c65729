import { signal, type Signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Tabs } from './tabs.ts'

/** What a tab tells of itself, while somebody reads it. */
export interface TabReport {
  readonly text: Signal<string | undefined>
  /** Asks the first tab that is open. */
  open(): Promise<void>
}

export function createTabReport(tabs: Tabs): TabReport {
  const text = signal<string | undefined>(undefined)
  return {
    text,
    async open() {
      const [first] = tabs.open.value
      const told = first && (await tabs.order(first.lane, { type: 'report' }))
      text.value = first && told ? `${first.lane}\n${told.join('\n')}` : 'No tab is open.'
    },
  }
}

export function TabReportView({ report }: { readonly report: TabReport }): JSX.Element | undefined {
  const text = report.text.value
  if (text === undefined) return undefined
  const close = (): void => {
    report.text.value = undefined
  }
  return (
    <dialog
      open
      class="over-page tab-report"
      aria-labelledby="tab-report-heading"
      onKeyDown={({ key }) => key === 'Escape' && close()}
    >
      <h2 id="tab-report-heading">“Why was I signed out?”</h2>
      <p>
        What <code>createSessionReport()</code> has collected in this tab, for a user to send. No
        token is in it.
      </p>
      <textarea readOnly rows={14} aria-label="Report" value={text} />
      <div>
        <button type="button" onClick={() => void navigator.clipboard.writeText(text)}>
          Copy
        </button>
        <button type="button" class="primary" ref={takeFocus} onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  )
}

/** So that a keyboard is where the dialog is. */
function takeFocus(button: HTMLButtonElement | null): void {
  button?.focus()
}
