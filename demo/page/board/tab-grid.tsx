import type { ReadonlySignal } from '@preact/signals'
import type { JSX } from 'preact'
import { TabView } from '../shared/tab-view.tsx'
import type { TabEntry, Tabs } from './tabs.ts'

const hangMs = 10_000

interface TabGridProps {
  readonly tabs: Tabs
  readonly now: ReadonlySignal<number>
  readonly accessTokenTtlSeconds: number
  /** Whether each has its buttons. */
  readonly hasButtons: boolean
}

/** All tabs at a glance: frames are the tabs themselves, tabs of the browser are pictures of them. */
export function TabGrid(props: TabGridProps): JSX.Element {
  const { tabs, now, accessTokenTtlSeconds, hasButtons } = props
  return (
    <ul class="grid" aria-label="Tabs">
      {tabs.entries.value.map((entry) => (
        <li key={entry.lane} data-kind={entry.kind} data-open={entry.isOpen}>
          <div class="tab-body">
            {entry.kind === 'frame' ? (
              <Frame entry={entry} />
            ) : (
              <WindowPicture entry={entry} now={now} ttl={accessTokenTtlSeconds} />
            )}
          </div>
          {hasButtons && <TabButtons entry={entry} tabs={tabs} />}
        </li>
      ))}
    </ul>
  )
}

function Frame({ entry }: { readonly entry: TabEntry }): JSX.Element {
  if (!entry.isOpen) return <Closed lane={entry.lane} />
  return (
    <iframe
      key={entry.opening}
      name={entry.lane}
      title={entry.lane}
      src={`./tab.html?tab=${entry.number}`}
    />
  )
}

interface WindowPictureProps {
  readonly entry: TabEntry
  readonly now: ReadonlySignal<number>
  readonly ttl: number
}

function WindowPicture({ entry, now, ttl }: WindowPictureProps): JSX.Element {
  if (!entry.isOpen || !entry.snapshot) return <Closed lane={entry.lane} />
  return <TabView snapshot={entry.snapshot} now={now.value} accessTokenTtlSeconds={ttl} />
}

function Closed({ lane }: { readonly lane: string }): JSX.Element {
  return (
    <article class="tab" data-light="quiet">
      <h3>{lane}</h3>
      <p class="tab-state">Not open</p>
    </article>
  )
}

function TabButtons({
  entry,
  tabs,
}: {
  readonly entry: TabEntry
  readonly tabs: Tabs
}): JSX.Element {
  const { lane, kind, isOpen } = entry
  const isFrame = kind === 'frame'
  return (
    <div class="tab-buttons" role="group" aria-label={lane}>
      <button
        type="button"
        aria-disabled={!isOpen}
        onClick={() => isOpen && tabs.send(lane, { type: 'reload' })}
      >
        Reload
      </button>
      <button
        type="button"
        aria-disabled={isFrame || !isOpen}
        title={
          isFrame
            ? 'A frame shares the thread of this page: open a real tab to freeze one'
            : `Keeps its thread busy for ${hangMs / 1_000} s`
        }
        onClick={() => {
          if (!isFrame && isOpen) tabs.send(lane, { type: 'hang', forMs: hangMs })
        }}
      >
        Freeze
      </button>
      <button type="button" onClick={() => toggle(entry, tabs)}>
        {isOpen ? 'Kill' : isFrame ? 'Open' : 'Forget'}
      </button>
    </div>
  )
}

function toggle({ lane, kind, isOpen }: TabEntry, tabs: Tabs): void {
  if (kind === 'frame') (isOpen ? tabs.closeFrame : tabs.reopenFrame)(lane)
  else if (isOpen) tabs.send(lane, { type: 'close' })
  else tabs.forgetWindow(lane)
}
