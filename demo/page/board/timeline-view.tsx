import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import type { LaneEvent } from '../timeline/lane-event.ts'
import { createTimeline } from '../timeline/timeline.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { twentyLinesLane } from './comparison.ts'
import type { TabReport } from './tab-report.tsx'
import type { Tabs } from './tabs.ts'

/** The events of all lanes, also of those that come before there is anything to draw on. */
export interface Lanes {
  add(event: LaneEvent): void
  mount(host: HTMLElement): () => void
}

export function createLanes(tabs: Tabs, pageLane: string): Lanes {
  let timeline: Timeline | undefined
  let early: LaneEvent[] = []
  return {
    add(event) {
      if (timeline) timeline.add(event)
      else early.push(event)
    },
    mount(host) {
      const mounted = createTimeline(host)
      timeline = mounted
      for (const event of early) mounted.add(event)
      early = []
      const stop = effect(() =>
        mounted.setLanes([
          pageLane,
          ...tabs.entries.value.map(({ lane }) => lane),
          twentyLinesLane,
        ]),
      )
      return () => {
        stop()
        mounted.dispose()
        timeline = undefined
      }
    },
  }
}

interface TimelineViewProps {
  readonly lanes: Lanes
  readonly report: TabReport
}

export function TimelineView({ lanes, report }: TimelineViewProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => (host.current ? lanes.mount(host.current) : undefined), [lanes])
  return (
    <section class="timeline" aria-labelledby="timeline-heading">
      <header>
        <h2 id="timeline-heading">What the tabs do</h2>
        <button type="button" onClick={() => void report.open()}>
          As a report
        </button>
      </header>
      <div class="timeline-host" ref={host} />
    </section>
  )
}
