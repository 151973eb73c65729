import { scaleTime } from 'd3-scale'
import type { ScaleTime } from 'd3-scale'
import { select } from 'd3-selection'
import { zoom, zoomIdentity, zoomTransform } from 'd3-zoom'
import { createControls, fit } from './controls.ts'
import { draw, labelWidth, laneMiddle } from './draw.ts'
import type { Theme } from './draw.ts'
import { createEventLog } from './event-log.ts'
import { explain } from './explain.ts'
import type { LaneEvent } from './lane-event.ts'
import { spansOf } from './marks.ts'
import { readTheme } from './theme.ts'
import { stepOf, walk } from './walk.ts'

const capacity = 20_000
const windowMs = 12_000
const shortestWindowMs = 200
const longestWindowMs = 30 * 60_000
/** A request that began before the window may still be on its way in it. */
const longestSpanMs = 60_000
const reducedMotionEveryMs = 500
const nearPx = 12

/** What several tabs do, one lane a tab. */
export interface Timeline {
  add(event: LaneEvent): void
  /** Lanes from top to bottom; events of other lanes are kept but not shown. */
  setLanes(names: readonly string[]): void
  clear(): void
  /** Everything kept. */
  log(): readonly LaneEvent[]
  dispose(): void
}

/** Fills `host`, whose size the stylesheet gives, with the timeline. */
export function createTimeline(host: HTMLElement): Timeline {
  const log = createEventLog(capacity)
  const controls = createControls(host, { toggleLive, zoom: zoomBy, exportLog })
  const { canvas } = controls
  const surface = select(canvas)
  const listening = new AbortController()
  const { signal } = listening
  const startedAt = Date.now()
  let lanes: readonly string[] = []
  let theme: Theme = readTheme(host)
  let context: CanvasRenderingContext2D | undefined
  let size = { width: 0, height: 0 }
  let isLive = true
  let isDirty = true
  let selected: LaneEvent | undefined
  let frame = 0
  let drawnAt = 0

  /** Where an instant is, before the visitor has moved or zoomed anything. */
  const baseScale = (): ScaleTime<number, number> =>
    scaleTime([startedAt, startedAt + windowMs], [labelWidth, size.width])
  const scale = (): ScaleTime<number, number> => zoomTransform(canvas).rescaleX(baseScale())

  const behaviour = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([windowMs / longestWindowMs, windowMs / shortestWindowMs])
    // The page is scrolled past the timeline with wheel and finger; it is moved with focus, the
    // control key, or two fingers.
    .filter((event: Event) => {
      if (event instanceof WheelEvent) {
        return event.ctrlKey || event.metaKey || document.activeElement === canvas
      }
      return !('touches' in event) || (event as TouchEvent).touches.length > 1
    })
    .on('zoom', ({ sourceEvent }: { sourceEvent: unknown }) => {
      if (sourceEvent) pause()
      isDirty = true
    })
  surface.call(behaviour).on('dblclick.zoom', null)

  /** Now at the right edge, at the present zoom. */
  function follow(now: number): void {
    const { k } = zoomTransform(canvas)
    const x = size.width - k * baseScale()(now)
    surface.property('__zoom', zoomIdentity.translate(x, 0).scale(k))
  }

  function paint(): void {
    const now = Date.now()
    if (isLive) follow(now)
    if (!context || size.width <= labelWidth) return
    const view = scale()
    const [from = 0, until = 0] = view.domain().map(Number)
    const events = log.between(from - longestSpanMs, until)
    const spans = spansOf(events, now).filter(({ untilAt }) => untilAt >= from)
    const visible = events.filter(({ at }) => at >= from)
    draw(context, { ...size, theme, lanes, scale: view, events: visible, spans, selected })
  }

  function onFrame(at: number): void {
    frame = requestAnimationFrame(onFrame)
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const isDue = isLive && (!isCalm || at - drawnAt >= reducedMotionEveryMs)
    if (!isDue && !isDirty) return
    drawnAt = at
    isDirty = false
    paint()
  }

  function pause(): void {
    isLive = false
    controls.showLive(false)
  }

  function toggleLive(): void {
    isLive = !isLive
    isDirty = true
    controls.showLive(isLive)
  }

  function zoomBy(factor: number): void {
    // What has just happened stays in view.
    const centre = size.width
    behaviour.scaleBy(surface, factor, [centre, 0])
  }

  function choose(event: LaneEvent | undefined): void {
    if (!event) return
    selected = event
    isDirty = true
    controls.showDetail(explain(event))
  }

  function bringIntoView({ at }: LaneEvent): void {
    pause()
    const x = scale()(at)
    if (x >= labelWidth && x <= size.width) return
    const { k } = zoomTransform(canvas)
    behaviour.translateBy(surface, ((labelWidth + size.width) / 2 - x) / k, 0)
  }

  function nearestTo(x: number, y: number): LaneEvent | undefined {
    const view = scale()
    const events = log.between(Number(view.invert(x - nearPx)), Number(view.invert(x + nearPx)))
    const distance = (event: LaneEvent): number => {
      const middle = laneMiddle({ lanes, height: size.height }, event.lane)
      return middle === undefined ? Infinity : Math.hypot(view(event.at) - x, middle - y)
    }
    const [best] = [...events].sort((left, right) => distance(left) - distance(right))
    return best && distance(best) <= nearPx ? best : undefined
  }

  function exportLog(): void {
    const text = JSON.stringify({ exportedAt: Date.now(), events: log.all() }, undefined, 2)
    const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
    const link = document.createElement('a')
    link.href = url
    link.download = 'tokenring-timeline.json'
    link.click()
    URL.revokeObjectURL(url)
  }

  canvas.addEventListener(
    'pointermove',
    ({ offsetX, offsetY }) => choose(nearestTo(offsetX, offsetY)),
    { signal },
  )
  canvas.addEventListener(
    'keydown',
    (event) => {
      const step = stepOf(event.key)
      if (step) {
        choose(walk(log.all(), lanes, selected, step))
        if (selected) bringIntoView(selected)
      } else if (event.key === '+') zoomBy(2)
      else if (event.key === '-') zoomBy(1 / 2)
      else if (event.key === ' ') toggleLive()
      else return
      event.preventDefault()
    },
    { signal },
  )

  const resized = new ResizeObserver(([entry]) => {
    if (!entry) return
    const { width, height } = entry.contentRect
    size = { width: Math.floor(width), height: Math.floor(height) }
    context = fit(canvas, size.width, size.height)
    behaviour.extent([
      [labelWidth, 0],
      [size.width, size.height],
    ])
    isDirty = true
  })
  resized.observe(canvas.parentElement ?? host)

  const looked = new IntersectionObserver(([entry]) => {
    cancelAnimationFrame(frame)
    if (entry?.isIntersecting) frame = requestAnimationFrame(onFrame)
  })
  looked.observe(host)

  function dress(): void {
    theme = readTheme(host)
    controls.drawLegend(theme)
    isDirty = true
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', dress, { signal })
  dress()

  return {
    add(event) {
      log.add(event)
      isDirty = true
    },
    setLanes(names) {
      lanes = names
      isDirty = true
    },
    clear() {
      log.clear()
      selected = undefined
      isDirty = true
    },
    log: log.all,
    dispose() {
      cancelAnimationFrame(frame)
      resized.disconnect()
      looked.disconnect()
      listening.abort()
      host.replaceChildren()
    },
  }
}
