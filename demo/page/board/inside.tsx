import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { JSX } from 'preact'

const key = 'tokenring-demo-inside'

/** Whether the visitor looks inside; still so when he comes back from the login page. */
export function createInside(): Signal<boolean> {
  return signal(sessionStorage.getItem(key) === 'open')
}

/** The heading of the tabs, with the switch for everything that is not for the first look. */
export function InsideSwitch({ isInside }: { readonly isInside: Signal<boolean> }): JSX.Element {
  const head = useRef<HTMLDivElement>(null)
  function toggle(): void {
    isInside.value = !isInside.value
    sessionStorage.setItem(key, isInside.value ? 'open' : 'closed')
    if (isInside.value) head.current?.scrollIntoView({ block: 'start' })
  }
  return (
    <div class="inside-head" ref={head}>
      <h2>The tabs with tokenring</h2>
      <button type="button" aria-expanded={isInside.value} onClick={toggle}>
        Look inside
      </button>
    </div>
  )
}
