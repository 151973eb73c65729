import { downloadJson } from './download.ts'
import { draw, measureNames } from './draw.ts'
import { element } from './element.ts'
import { createEventLog } from './event-log.ts'
import { describeEvent } from './explain.ts'
import { exportedLog } from './exported-log.ts'
import { createFrames } from './frames.ts'
import { commandOf } from './keys.ts'
import type { Command } from './keys.ts'
import type { LaneEvent } from './lane-event.ts'
import { layOutFrame } from './layout/frame.ts'
import { layOutScene } from './layout/marks.ts'
import type { Scene } from './layout/marks.ts'
import { pick } from './layout/pick.ts'
import type { Picked } from './layout/pick.ts'
import { bordersSpan } from './layout/spans.ts'
import { createLegend } from './legend.ts'
import { readPalette } from './palette.ts'
import { createTimeWindow } from './time-window.ts'
import { createToolbar } from './toolbar.ts'
import { walk } from './walk.ts'
import type { Step } from './walk.ts'

export interface Timeline {
  add(event: LaneEvent): void
  /** Lanes from top to bottom; events of other lanes are kept but not shown. */
  setLanes(names: readonly string[]): void
  clear(): void
  /** Everything kept, in the order of the instants. */
  log(): readonly LaneEvent[]
  dispose(): void
}

const capacity = 20_000
const zoomStep = 1.6
const fileName = 'tokenring-timeline.json'
const hint = 'Point at a mark, or press the arrow keys here, to read what happened.'
const label =
  'What the tabs did, one lane a tab. Left and right go from event to event, up and down from lane to lane, plus and minus zoom, space pauses.'

/** Fills an empty element of a fixed height with a timeline that scrolls with the time. */
export function createTimeline(host: HTMLElement): Timeline {
  const log = createEventLog(capacity)
  const borders = createEventLog(capacity)
  const listeners = new AbortController()
  const { signal } = listeners

  const canvas = element('canvas', {
    tabindex: '0',
    role: 'application',
    'aria-roledescription': 'timeline',
    'aria-label': label,
  })
  const context = canvas.getContext('2d')
  const stage = element('div', { class: 'event-timeline-stage' }, canvas)
  const detail = element('p', { class: 'event-timeline-detail', 'aria-live': 'polite' }, hint)
  const legend = createLegend()
  const toolbar = createToolbar({
    togglePause,
    zoomIn: () => timeWindow.zoomBy(zoomStep),
    zoomOut: () => timeWindow.zoomBy(1 / zoomStep),
    showAll,
    goToNow: () => timeWindow.reset(),
    exportLog: () => downloadJson(fileName, exportedLog(log.toArray(), Date.now())),
  })
  const root = element('div', { class: 'event-timeline' }, toolbar.root, stage, detail, legend.root)
  host.append(root)

  let lanes: readonly string[] = []
  let size = { width: 0, height: 0 }
  let palette = readPalette(root)
  let frame = layOutFrame(size, lanes, 0)
  let scene: Scene = { marks: [], bars: [], links: [], troubles: [] }
  let selected: LaneEvent | undefined
  let pointedAt: Picked | undefined

  const timeWindow = createTimeWindow(canvas, onWindowChange)
  const frames = createFrames(stage, drawFrame)
  frames.setRunning(true)
  legend.draw(palette)

  const sizes = new ResizeObserver(([entry]) => {
    if (!entry) return
    size = { width: entry.contentRect.width, height: entry.contentRect.height }
    layOut()
    // In this frame still: a canvas that was stretched would be seen for a moment.
    drawFrame()
  })
  sizes.observe(stage)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint, { signal })
  canvas.addEventListener('keydown', onKeyDown)
  canvas.addEventListener('pointermove', onPointerMove)
  canvas.addEventListener('pointerleave', () => point(undefined))
  canvas.addEventListener('click', (event) => {
    choose(pick(scene, { x: event.offsetX, y: event.offsetY })?.event)
  })

  function layOut(): void {
    frame = layOutFrame(size, lanes, context ? measureNames(context, lanes, palette) : 0)
    timeWindow.setPlot({ left: frame.plotLeft, right: frame.plotRight })
  }

  function drawFrame(): void {
    toolbar.show({ isLive: timeWindow.isLive(), lengthMs: timeWindow.lengthMs() })
    if (!context || size.width === 0 || size.height === 0) return
    fitCanvas(canvas, context, size)
    const nowAt = Date.now()
    const scale = timeWindow.scaleAt(nowAt)
    scene = layOutScene({ log, borders, frame, scale, nowAt })
    const outlined = pointedAt?.event ?? selected
    draw(context, { frame, scene, scale, palette, outlined, nowAt })
  }

  function repaint(): void {
    palette = readPalette(root)
    legend.draw(palette)
    frames.request()
  }

  function onWindowChange(): void {
    frames.setRunning(timeWindow.isLive())
    frames.request()
  }

  function togglePause(): void {
    timeWindow.setLive(!timeWindow.isLive())
  }

  function showAll(): void {
    const first = log.at(0)
    const last = log.at(log.size - 1)
    if (!first || !last) return
    const marginMs = (last.at - first.at) * 0.03 + 50
    timeWindow.show(first.at - marginMs, last.at + marginMs)
  }

  function onPointerMove(event: PointerEvent): void {
    if (event.pointerType === 'touch' || event.buttons !== 0) return
    point(pick(scene, { x: event.offsetX, y: event.offsetY }))
  }

  function point(picked: Picked | undefined): void {
    if (picked?.event === pointedAt?.event) return
    pointedAt = picked
    canvas.style.cursor = picked ? 'pointer' : ''
    say()
  }

  function choose(event: LaneEvent | undefined): void {
    selected = event
    say()
  }

  function say(): void {
    const event = pointedAt?.event ?? selected
    const others = pointedAt?.others ?? 0
    const more = others > 0 ? ` · ${others} more here: zoom in` : ''
    detail.textContent = event ? describeEvent(event) + more : hint
    frames.request()
  }

  function onKeyDown(event: KeyboardEvent): void {
    const command = commandOf(event)
    if (!command) return
    event.preventDefault()
    obey(command)
  }

  function obey(command: Command): void {
    if (command === 'zoom-in') timeWindow.zoomBy(zoomStep)
    else if (command === 'zoom-out') timeWindow.zoomBy(1 / zoomStep)
    else if (command === 'pause') togglePause()
    else if (command === 'let-go') choose(undefined)
    else go(command)
  }

  function go(step: Step): void {
    const found = walk(log, lanes, selected, step)
    if (!found) return
    // Nobody can walk through what runs away.
    timeWindow.setLive(false)
    timeWindow.reveal(found.at)
    pointedAt = undefined
    choose(found)
  }

  return {
    add(event) {
      log.add(event)
      if (bordersSpan(event.type)) borders.add(event)
      frames.request()
    },
    setLanes(names) {
      lanes = [...new Set(names)]
      layOut()
      frames.request()
    },
    clear() {
      log.clear()
      borders.clear()
      pointedAt = undefined
      choose(undefined)
    },
    log: () => log.toArray(),
    dispose() {
      listeners.abort()
      sizes.disconnect()
      frames.dispose()
      timeWindow.dispose()
      root.remove()
    },
  }
}

/** As many pixels as the screen has, counted in CSS pixels. */
function fitCanvas(
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  const ratio = devicePixelRatio
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== columns) canvas.width = columns
  if (canvas.height !== rows) canvas.height = rows
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
}
