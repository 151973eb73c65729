import { useComputed } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { SharedConditions } from '../shared/conditions.ts'
import { chosenServerCookie } from '../shared/facts.ts'
import type { Facts } from '../shared/facts.ts'
import type { StateSummary } from '../shared/tab-snapshot.ts'
import { stateText } from '../shared/tab-view.tsx'
import { fewestFrames, mostFrames } from './tabs.ts'
import type { Tabs } from './tabs.ts'

interface SessionBarProps {
  readonly facts: Facts
  readonly state: ReadonlySignal<StateSummary>
  readonly tabs: Tabs
  readonly isInUse: ReadonlySignal<boolean>
  readonly conditions: SharedConditions
  signIn(): void
  signOut(): void
}

/** Who is signed in, and how many tabs there are. */
export function SessionBar(props: SessionBarProps): JSX.Element {
  const { facts, state, tabs, isInUse, conditions } = props
  const session = state.value
  const { status } = session
  return (
    <div class="session-bar">
      <p class="status" id="status" role="status" data-status={status}>
        {session.status === 'signed-in' ? `Signed in as ${session.user}` : stateText(session)}
      </p>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={status !== 'signed-out'}
          onClick={props.signIn}
        >
          Sign in
        </button>
        <button type="button" disabled={status !== 'signed-in'} onClick={props.signOut}>
          Sign out
        </button>
        <ServerChoice facts={facts} />
        <FrameCount tabs={tabs} />
        <button type="button" onClick={tabs.openWindow}>
          Open a real tab
        </button>
        <label>
          <input
            type="checkbox"
            checked={isInUse.value}
            onChange={({ currentTarget }) => conditions.set({ inUse: currentTarget.checked })}
          />
          Tabs call the API every 2 s
        </label>
        <label title="A worker keeps the reply to a renewal whose page goes away">
          <input
            type="checkbox"
            checked={conditions.get().courier}
            onChange={({ currentTarget }) => conditions.set({ courier: currentTarget.checked })}
          />
          Courier
        </label>
        <span class="links">
          The same session in{' '}
          <a href="./react.html" target="_blank">
            React
          </a>{' '}
          and{' '}
          <a href="./vue.html" target="_blank">
            Vue
          </a>
        </span>
      </div>
    </div>
  )
}

/** Every page of this browser is told of the chosen server from its next load on. */
function ServerChoice({ facts }: { readonly facts: Facts }): JSX.Element | undefined {
  const { choices, vendor } = facts
  if (!choices) return undefined
  return (
    <label>
      Server
      <select
        onChange={({ currentTarget }) => {
          document.cookie = `${chosenServerCookie}=${currentTarget.value}; path=/; SameSite=Lax`
          location.replace('.')
        }}
      >
        {choices.map(({ name, title, isStandIn }) => (
          <option key={name} value={name} selected={name === vendor.name}>
            {isStandIn ? `${title} (stand-in)` : title}
          </option>
        ))}
      </select>
    </label>
  )
}

/** On its own, because what is being typed must outlive every change elsewhere. */
function FrameCount({ tabs }: { readonly tabs: Tabs }): JSX.Element {
  const count = useComputed(
    () => tabs.entries.value.filter(({ kind }) => kind === 'frame').length,
  ).value
  return (
    <label>
      Tabs
      <input
        type="number"
        min={fewestFrames}
        max={mostFrames}
        value={count}
        onChange={({ currentTarget }) => {
          const wanted = currentTarget.valueAsNumber || count
          const possible = Math.min(mostFrames, Math.max(fewestFrames, wanted))
          currentTarget.valueAsNumber = possible
          tabs.setFrameCount(possible)
        }}
      />
    </label>
  )
}
