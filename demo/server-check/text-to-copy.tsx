import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

/** A text that is there to be taken along. */
export function TextToCopy({
  id,
  title,
  text,
}: {
  id: string
  title: string
  text: string
}): JSX.Element {
  const outcome = useSignal('')
  const copy = async (): Promise<void> => {
    outcome.value = await navigator.clipboard.writeText(text).then(
      () => 'Copied.',
      () => 'The browser did not allow it: select the text, and copy it.',
    )
  }
  return (
    <div class="to-copy">
      <pre id={id} tabIndex={0} role="region" aria-label={title}>
        {text}
      </pre>
      <p class="actions">
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <span role="status">{outcome}</span>
      </p>
    </div>
  )
}
