import { scaleLinear } from 'd3-scale'
import { select } from 'd3-selection'
import { zoom, zoomIdentity } from 'd3-zoom'
import type { D3ZoomEvent, ZoomTransform } from 'd3-zoom'
import type { Scale } from './layout/marks.ts'

const defaultWindowMs = 20_000
const shortestWindowMs = 200
const longestWindowMs = 1_800_000

export interface Plot {
  readonly left: number
  readonly right: number
}

/** Which stretch of time is shown. Live, its right edge is now; anything that moves it pauses it. */
export interface TimeWindow {
  /** The scale at an instant, which is what a live window ends with. */
  scaleAt(nowAt: number): Scale
  isLive(): boolean
  lengthMs(): number
  setPlot(plot: Plot): void
  setLive(live: boolean): void
  /** Live again, and as long as in the beginning. */
  reset(): void
  zoomBy(factor: number): void
  /** Shows a stretch, as far as the limits of zooming allow. */
  show(fromAt: number, toAt: number): void
  /** Moves an instant into sight, if it is out of it. */
  reveal(at: number): void
  dispose(): void
}

/** Takes drag, wheel and pinch from the canvas, and tells of every change that it makes by itself. */
export function createTimeWindow(canvas: HTMLCanvasElement, onChange: () => void): TimeWindow {
  const selection = select<HTMLCanvasElement, unknown>(canvas)
  let plot: Plot = { left: 0, right: 1 }
  let transform: ZoomTransform = zoomIdentity
  // Where the window would begin if nothing were zoomed or panned.
  let originAt = Date.now() - defaultWindowMs
  let live = true

  const behaviour = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([defaultWindowMs / longestWindowMs, defaultWindowMs / shortestWindowMs])
    .filter((event: Event) => mayZoom(event, canvas))
    .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
      transform = event.transform
      // Only what the user does by hand has a source.
      if (event.sourceEvent) live = false
      onChange()
    })
  selection.call(behaviour).on('dblclick.zoom', null)
  const stopLettingScroll = letPageScroll(canvas)

  const scale = (): Scale => scaleOf(plot, transform, originAt)

  function endAt(instant: number): void {
    originAt += instant - scale().invert(plot.right)
  }

  function zoomTo(lengthMs: number): void {
    const factor = defaultWindowMs / clamp(lengthMs, shortestWindowMs, longestWindowMs)
    selection.call(behaviour.transform, zoomIdentity.scale(factor))
  }

  return {
    scaleAt(nowAt) {
      if (live) endAt(nowAt)
      return scale()
    },
    isLive: () => live,
    lengthMs: () => defaultWindowMs / transform.k,
    setPlot(next) {
      const lastAt = scale().invert(plot.right)
      plot = next
      endAt(lastAt)
    },
    setLive(next) {
      live = next
      onChange()
    },
    reset() {
      live = true
      zoomTo(defaultWindowMs)
    },
    zoomBy(factor) {
      const middle = live ? plot.right : (plot.left + plot.right) / 2
      selection.call(behaviour.scaleBy, factor, [middle, 0])
    },
    show(fromAt, toAt) {
      live = false
      zoomTo(toAt - fromAt)
      endAt(toAt)
      onChange()
    },
    reveal(at) {
      const current = scale()
      const x = current(at)
      if (x >= plot.left && x <= plot.right) return
      endAt(at + (current.invert(plot.right) - current.invert(plot.left)) / 2)
      onChange()
    },
    dispose() {
      stopLettingScroll()
      selection.on('.zoom', null)
    },
  }
}

function scaleOf(plot: Plot, transform: ZoomTransform, originAt: number): Scale {
  const unzoomed = scaleLinear([originAt, originAt + defaultWindowMs], [plot.left, plot.right])
  return transform.rescaleX(unzoomed)
}

/** The wheel scrolls the page unless the timeline is meant. */
function mayZoom(event: Event, canvas: HTMLCanvasElement): boolean {
  if (event instanceof WheelEvent) {
    return event.ctrlKey || event.metaKey || document.activeElement === canvas
  }
  return !(event instanceof MouseEvent) || (event.button === 0 && !event.ctrlKey)
}

/**
 * One finger that moves up or down scrolls the page. Zooming would keep the page still whichever
 * way the finger goes, so it does not get to see those moves.
 */
function letPageScroll(canvas: HTMLCanvasElement): () => void {
  const listeners = new AbortController()
  const options = { capture: true, passive: true, signal: listeners.signal }
  let start: Touch | undefined
  let direction: 'unknown' | 'across' | 'along' = 'unknown'
  canvas.addEventListener(
    'touchstart',
    ({ touches }) => {
      start = touches[0]
      direction = touches.length === 1 ? 'unknown' : 'along'
    },
    options,
  )
  canvas.addEventListener(
    'touchmove',
    (event) => {
      const touch = event.touches[0]
      if (direction === 'unknown' && start && touch) {
        const across = Math.abs(touch.clientY - start.clientY)
        direction = across > Math.abs(touch.clientX - start.clientX) ? 'across' : 'along'
      }
      if (direction === 'across') event.stopImmediatePropagation()
    },
    options,
  )
  return () => listeners.abort()
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
