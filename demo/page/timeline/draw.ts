import { scaleTime } from 'd3-scale'
import { drawHoldOff, drawMarks, drawRequestBar } from './draw-marks.ts'
import { tickText } from './instant.ts'
import type { LaneEvent } from './lane-event.ts'
import { appearanceOf } from './layout/appearance.ts'
import type { Appearance } from './layout/appearance.ts'
import { markRadius, rowMiddle } from './layout/frame.ts'
import type { Frame } from './layout/frame.ts'
import type { Mark, Scale, Scene } from './layout/marks.ts'
import type { Palette } from './palette.ts'

export interface Picture {
  readonly frame: Frame
  readonly scene: Scene
  readonly scale: Scale
  readonly palette: Palette
  /** The event that is explained, if any. */
  readonly outlined: LaneEvent | undefined
  readonly nowAt: number
}

const textSize = 12
const tickDistance = 110
const labelGap = 6

/** Draws the whole picture; the context's unit is the CSS pixel. */
export function draw(context: CanvasRenderingContext2D, picture: Picture): void {
  const { frame, scene, palette } = picture
  const { plotLeft, width, height, lanesTop, lanesBottom } = frame
  context.clearRect(0, 0, width, height)
  context.font = `${textSize}px ${palette.fontFamily}`
  context.textBaseline = 'middle'
  drawLanes(context, frame, palette)
  context.font = `${textSize}px ${palette.fontFamily}`
  context.save()
  context.beginPath()
  context.rect(plotLeft, 0, width - plotLeft, height)
  context.clip()
  drawAxis(context, picture)
  drawNow(context, picture)
  drawTroubles(context, picture)
  context.restore()
  context.save()
  context.beginPath()
  context.rect(plotLeft, lanesTop, width - plotLeft, lanesBottom - lanesTop)
  context.clip()
  drawLinks(context, picture)
  for (const bar of scene.bars) {
    if (bar.span.kind === 'hold-off') {
      drawHoldOff(context, bar, palette, { left: plotLeft, right: width })
    } else drawRequestBar(context, bar, bar.span.end, palette)
  }
  for (const [appearance, marks] of byAppearance(scene.marks)) {
    drawMarks(context, appearance, marks, palette)
  }
  context.restore()
  drawOutline(context, picture)
}

/** How wide the names of the lanes are, with what is around them. */
export function measureNames(
  context: CanvasRenderingContext2D,
  names: readonly string[],
  palette: Palette,
): number {
  context.font = `${textSize}px ${palette.fontFamily}`
  return Math.ceil(Math.max(0, ...names.map((name) => context.measureText(name).width))) + 20
}

function drawLanes(context: CanvasRenderingContext2D, frame: Frame, palette: Palette): void {
  const { colours } = palette
  context.textAlign = 'left'
  const [lane] = frame.lanes.values()
  context.font = `${Math.min(textSize, Math.max(8, (lane?.height ?? textSize) - 1))}px ${palette.fontFamily}`
  for (const [name, { index, top, height }] of frame.lanes) {
    if (index % 2 === 1) {
      context.fillStyle = colours.line
      context.globalAlpha = 0.28
      context.fillRect(0, top, frame.width, height)
      context.globalAlpha = 1
    }
    context.fillStyle = colours.ink
    context.fillText(fitted(context, name, frame.plotLeft - 14), 6, top + height / 2)
  }
  context.fillStyle = colours.line
  context.fillRect(frame.plotLeft - 1, frame.lanesTop, 1, frame.lanesBottom - frame.lanesTop)
  context.fillRect(0, frame.lanesBottom, frame.width, 1)
}

function drawAxis(context: CanvasRenderingContext2D, picture: Picture): void {
  const { frame, scale, palette } = picture
  const { plotLeft, plotRight, lanesTop, lanesBottom } = frame
  const ticks = scaleTime()
    .domain([scale.invert(plotLeft), scale.invert(plotRight)])
    .ticks(Math.max(3, (plotRight - plotLeft) / tickDistance))
  const [first, second] = ticks
  if (!first || !second) return
  const stepMs = second.getTime() - first.getTime()
  const textWidth = context.measureText(tickText(first, stepMs)).width
  const every = ceilRound((textWidth + 24) / (scale(second.getTime()) - scale(first.getTime())))
  context.textAlign = 'center'
  for (const tick of ticks) {
    const x = scale(tick.getTime())
    context.fillStyle = palette.colours.line
    context.globalAlpha = 0.7
    context.fillRect(Math.round(x), lanesTop, 1, lanesBottom - lanesTop + 4)
    context.globalAlpha = 1
    // Counted from the epoch, so that a label stays with its tick as time goes on.
    const isLabelled = Math.round(tick.getTime() / stepMs) % every === 0
    const isWhole = x - textWidth / 2 >= plotLeft && x + textWidth / 2 <= frame.width
    if (!isLabelled || !isWhole) continue
    context.fillStyle = palette.colours.quiet
    context.fillText(tickText(tick, stepMs), x, lanesBottom + 12)
  }
}

/** The next of 1, 2, 5 and 10. */
function ceilRound(value: number): number {
  return [1, 2, 5].find((round) => round >= value) ?? 10
}

function drawNow(
  context: CanvasRenderingContext2D,
  { frame, scale, palette, nowAt }: Picture,
): void {
  const x = scale(nowAt)
  if (x > frame.width) return
  context.fillStyle = palette.colours.accent
  context.globalAlpha = 0.5
  context.fillRect(x, frame.lanesTop, 1.5, frame.lanesBottom - frame.lanesTop)
  context.globalAlpha = 1
}

/** A label ends at its line, so that what came of the trouble is right of it. */
function drawTroubles(context: CanvasRenderingContext2D, picture: Picture): void {
  const { frame, scene, palette } = picture
  let free = frame.plotLeft
  context.textAlign = 'right'
  for (const { event, x } of scene.troubles) {
    context.fillStyle = palette.colours.bad
    context.fillRect(x - 0.75, 3, 1.5, frame.lanesBottom - 3)
    const label = event.details['label']
    const room = x - free - labelGap
    if (typeof label === 'string') {
      context.fillText(fitted(context, label, room), x - labelGap, frame.lanesTop / 2 + 1)
    }
    free = Math.max(free, x + labelGap)
  }
}

function drawLinks(context: CanvasRenderingContext2D, { scene, palette }: Picture): void {
  context.strokeStyle = palette.colours.good
  context.globalAlpha = 0.45
  context.lineWidth = 1
  context.beginPath()
  for (const { from, to } of scene.links) {
    context.moveTo(from.x, from.y)
    context.lineTo(to.x, to.y)
  }
  context.stroke()
  context.globalAlpha = 1
}

function drawOutline(context: CanvasRenderingContext2D, picture: Picture): void {
  const { frame, scale, palette, outlined } = picture
  if (!outlined) return
  const x = scale(outlined.at)
  if (x < frame.plotLeft - 1 || x > frame.width) return
  const { row } = appearanceOf(outlined)
  const lane = frame.lanes.get(outlined.lane)
  const isTrouble = outlined.type === 'trouble'
  if (!lane && !isTrouble) return
  const y = lane && !isTrouble ? rowMiddle(lane, row) : frame.lanesTop / 2
  const radius = lane && !isTrouble ? markRadius(lane.height, row) + 4 : 5
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.strokeStyle = palette.colours.card
  context.lineWidth = 5
  context.stroke()
  context.strokeStyle = palette.colours.ink
  context.lineWidth = 2
  context.stroke()
}

function byAppearance(marks: readonly Mark[]): Map<Appearance, Mark[]> {
  const groups = new Map<Appearance, Mark[]>()
  for (const mark of marks) {
    const group = groups.get(mark.appearance)
    if (group) group.push(mark)
    else groups.set(mark.appearance, [mark])
  }
  return groups
}

/** As much of a text as there is room for. */
function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (room <= 0) return ''
  if (context.measureText(text).width <= room) return text
  let length = Math.floor((text.length * room) / context.measureText(text).width)
  while (length > 0 && context.measureText(`${text.slice(0, length)}…`).width > room) length--
  return length < 2 ? '' : `${text.slice(0, length)}…`
}
