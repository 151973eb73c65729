import { expect, test } from 'vitest'
import { createEventLog } from '../../../demo/page/timeline/event-log.ts'
import type { LaneEvent } from '../../../demo/page/timeline/lane-event.ts'
import { layOutFrame } from '../../../demo/page/timeline/layout/frame.ts'
import { layOutScene } from '../../../demo/page/timeline/layout/marks.ts'
import type { Scale, Scene } from '../../../demo/page/timeline/layout/marks.ts'
import { pick } from '../../../demo/page/timeline/layout/pick.ts'
import { bordersSpan } from '../../../demo/page/timeline/layout/spans.ts'
import { laneEvent } from './lane-events.ts'

const frame = layOutFrame({ width: 1_112, height: 238 }, ['Tab 1', 'Tab 2'], 100)

/** A thousand pixels of time, from pixel 100 on. */
function scaleOf(pixelMs: number): Scale {
  return Object.assign((at: number) => 100 + at / pixelMs, {
    invert: (x: number) => (x - 100) * pixelMs,
  })
}

function sceneOf(events: readonly LaneEvent[], pixelMs = 10, nowAt = 10_000): Scene {
  const log = createEventLog(1_000)
  const borders = createEventLog(1_000)
  for (const event of events) {
    log.add(event)
    if (bordersSpan(event.type)) borders.add(event)
  }
  return layOutScene({ log, borders, frame, scale: scaleOf(pixelMs), nowAt })
}

const typesOf = ({ marks }: Scene): string[] => marks.map(({ event }) => event.type)

test('events on the same pixel are one mark, the most important one', () => {
  const { marks } = sceneOf(
    ['claimed', 'committed', 'announced'].map((type) => laneEvent(type, 5_001)),
  )
  expect(marks).toMatchObject([{ event: { type: 'committed' }, count: 3 }])
})

test('zoomed in they come apart', () => {
  const events = ['committed', 'announced'].map((type, index) => laneEvent(type, 50 + index))
  expect(sceneOf(events).marks).toHaveLength(1)
  expect(sceneOf(events, 0.1).marks).toHaveLength(2)
})

test('lanes do not share a mark, nor do the session and the requests of a lane', () => {
  const events = [
    laneEvent('adopted', 5_000),
    laneEvent('request', 5_000, { outcome: '200' }),
    laneEvent('adopted', 5_000, {}, 'Tab 2'),
  ]
  expect(sceneOf(events).marks).toHaveLength(3)
})

test('what is out of sight or in no lane has no mark', () => {
  const events = [
    laneEvent('adopted', -1_000),
    laneEvent('adopted', 5_000, {}, 'Tab 9'),
    laneEvent('adopted', 20_000),
  ]
  expect(typesOf(sceneOf(events))).toEqual([])
})

test('a bar that began out of sight is drawn', () => {
  const { bars } = sceneOf([laneEvent('sent', -5_000), laneEvent('committed', 3_000)])
  expect(bars).toMatchObject([{ left: -400, right: 400 }])
})

test('trouble is a line whichever lane it is in', () => {
  const { troubles, marks } = sceneOf([laneEvent('trouble', 5_000, { label: 'Offline' }, 'Desk')])
  expect(troubles).toMatchObject([{ x: 600 }])
  expect(marks).toEqual([])
})

test('tabs are linked to the tab whose tokens they take over', () => {
  const { links } = sceneOf([
    laneEvent('committed', 5_000, { generation: 2 }),
    laneEvent('adopted', 5_100, { generation: 2 }, 'Tab 2'),
    laneEvent('adopted', 5_200, { generation: 3 }, 'Tab 2'),
  ])
  expect(links).toMatchObject([{ from: { x: 600 }, to: { x: 610 } }])
})

test.each([
  [{ outcome: '200', sends: 1 }, 'dot', 'good'],
  [{ outcome: '200', sends: 2 }, 'ringed-dot', 'good'],
  [{ outcome: '403', sends: 2 }, 'half-dot', 'warn'],
  [{ outcome: '500', sends: 1 }, 'barred-dot', 'bad'],
  [{ outcome: 'NETWORK', sends: 1 }, 'barred-dot', 'bad'],
  [{ status: 204 }, 'dot', 'good'],
])('a request with %o is a %s', (details, shape, tone) => {
  expect(sceneOf([laneEvent('request', 5_000, details)]).marks[0]?.appearance).toMatchObject({
    shape,
    tone,
  })
})

test('the nearest mark is picked, within reach only', () => {
  const scene = sceneOf([laneEvent('adopted', 5_000), laneEvent('announced', 5_100)])
  const y = scene.marks[0]?.y ?? 0
  expect(pick(scene, { x: 602, y })?.event.type).toBe('adopted')
  expect(pick(scene, { x: 609, y })?.event.type).toBe('announced')
  expect(pick(scene, { x: 640, y })).toBeUndefined()
})

test('a bar is picked anywhere along it', () => {
  const scene = sceneOf([laneEvent('sent', 1_000), laneEvent('committed', 9_000)])
  const y = scene.marks[0]?.y ?? 0
  expect(pick(scene, { x: 500, y })?.event.type).toBe('sent')
})
