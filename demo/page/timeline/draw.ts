import type { ScaleTime } from 'd3-scale'
import type { LaneEvent } from './lane-event.ts'
import { legend, markOf } from './marks.ts'
import type { Mark, Shape, Span, Tint } from './marks.ts'

export type Theme = Readonly<Record<Tint | 'ink' | 'line' | 'card', string>>

export const labelWidth = 92
/** Room for the times, and below them for the names of troubles. */
export const axisHeight = 38
const timesHeight = 20
const radius = 4.5

export interface Picture {
  readonly width: number
  readonly height: number
  readonly theme: Theme
  readonly lanes: readonly string[]
  readonly scale: ScaleTime<number, number>
  readonly events: readonly LaneEvent[]
  readonly spans: readonly Span[]
  readonly selected: LaneEvent | undefined
}

type Context = CanvasRenderingContext2D

/** The middle of a lane, from the top. `undefined` for a lane that is not shown. */
export function laneMiddle(
  { lanes, height }: Pick<Picture, 'lanes' | 'height'>,
  lane: string,
): number | undefined {
  const index = lanes.indexOf(lane)
  if (index < 0) return undefined
  return axisHeight + ((height - axisHeight) / lanes.length) * (index + 0.5)
}

export function draw(context: Context, picture: Picture): void {
  const { width, height, theme } = picture
  context.clearRect(0, 0, width, height)
  context.font = '12px system-ui, sans-serif'
  context.textBaseline = 'middle'
  drawAxis(context, picture)
  context.save()
  context.beginPath()
  context.rect(labelWidth, 0, width - labelWidth, height)
  context.clip()
  for (const span of picture.spans) drawSpan(context, picture, span)
  drawTroubles(context, picture)
  drawEvents(context, picture)
  context.restore()
  drawLaneNames(context, picture)
  context.strokeStyle = theme.line
  context.strokeRect(0.5, 0.5, width - 1, height - 1)
}

function drawAxis(context: Context, { width, height, theme, scale }: Picture): void {
  const count = Math.max(2, Math.floor((width - labelWidth) / 90))
  const format = scale.tickFormat(count, '%H:%M:%S')
  const [from, until] = scale.domain()
  const isClose = from !== undefined && until !== undefined && Number(until) - Number(from) < 4_000
  context.fillStyle = theme.quiet
  context.strokeStyle = theme.line
  context.textAlign = 'left'
  let freeFrom = labelWidth
  for (const tick of scale.ticks(count)) {
    const x = Math.round(scale(tick)) + 0.5
    if (x < labelWidth) continue
    line(context, x, timesHeight, x, height)
    if (x < freeFrom) continue
    freeFrom = x + (isClose ? 96 : 72)
    const text = isClose
      ? `${format(tick)}.${String(tick.getMilliseconds()).padStart(3, '0')}`
      : format(tick)
    context.fillText(text, x + 4, timesHeight / 2)
  }
}

function drawLaneNames(context: Context, picture: Picture): void {
  const { lanes, theme, width } = picture
  context.textAlign = 'left'
  for (const lane of lanes) {
    const y = laneMiddle(picture, lane) ?? 0
    context.strokeStyle = theme.line
    line(context, labelWidth, Math.round(y) + 0.5, width, Math.round(y) + 0.5)
    context.fillStyle = theme.ink
    context.fillText(lane, 8, y, labelWidth - 14)
  }
}

function drawSpan(context: Context, picture: Picture, { lane, kind, fromAt, untilAt }: Span): void {
  const y = laneMiddle(picture, lane)
  if (y === undefined) return
  const { scale, theme } = picture
  const x = scale(fromAt)
  // However short it was, it is what this is about.
  const width = Math.max(6, scale(untilAt) - x)
  if (kind === 'request') {
    context.fillStyle = theme.accent
    context.globalAlpha = 0.35
    context.fillRect(x, y - 7, width, 14)
  } else {
    context.globalAlpha = 0.8
    context.strokeStyle = theme.warn
    context.setLineDash([3, 3])
    context.strokeRect(x, y - 5, width, 10)
    context.setLineDash([])
  }
  context.globalAlpha = 1
}

function drawEvents(context: Context, picture: Picture): void {
  const { scale, theme, events, selected } = picture
  const drawn = new Set<string>()
  for (const event of events) {
    const x = scale(event.at)
    const mark = markOf(event)
    if (mark.shape === 'line') continue
    const y = laneMiddle(picture, event.lane)
    if (y === undefined) continue
    // Of what falls onto the same place, one is enough.
    const place = `${Math.round(x)} ${event.lane} ${mark.shape}${mark.tint}`
    if (drawn.has(place)) continue
    drawn.add(place)
    drawMark(context, x, y, mark, theme)
    if (event.details['sends'] === 2) ring(context, x, y, radius + 3, theme.warn)
  }
  if (!selected) return
  const y = laneMiddle(picture, selected.lane)
  if (y !== undefined) ring(context, scale(selected.at), y, radius + 6, theme.ink)
}

/** A line through all lanes; its name has the room up to the next one. */
function drawTroubles(context: Context, { scale, theme, events, width, height }: Picture): void {
  const troubles = events.filter((event) => markOf(event).shape === 'line')
  context.textAlign = 'left'
  for (const [index, event] of troubles.entries()) {
    const x = Math.round(scale(event.at)) + 0.5
    const next = troubles[index + 1]
    const until = next ? scale(next.at) : width
    context.strokeStyle = theme.bad
    context.setLineDash([4, 3])
    line(context, x, timesHeight, x, height)
    context.setLineDash([])
    context.fillStyle = theme.bad
    const label = String(event.details['label'] ?? '')
    context.fillText(
      shortened(context, label, until - x - 8),
      x + 4,
      (timesHeight + axisHeight) / 2,
    )
  }
}

function shortened(context: Context, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text
  let short = text
  while (short.length > 0 && context.measureText(`${short}…`).width > room)
    short = short.slice(0, -1)
  return short.length > 2 ? `${short}…` : ''
}

const paths: Readonly<Record<Shape, (context: Context, x: number, y: number) => void>> = {
  tick: (context, x, y) => context.rect(x - 1, y - 6, 2, 12),
  square: (context, x, y) => context.rect(x - 3, y - 3, 6, 6),
  dot: (context, x, y) => context.arc(x, y, 3.5, 0, 2 * Math.PI),
  ring: (context, x, y) => context.arc(x, y, radius, 0, 2 * Math.PI),
  diamond: (context, x, y) => polygon(context, [x, y - 6], [x + 6, y], [x, y + 6], [x - 6, y]),
  triangle: (context, x, y) => polygon(context, [x, y - 6], [x + 5.5, y + 4.5], [x - 5.5, y + 4.5]),
  flag: (context, x, y) => polygon(context, [x, y + 7], [x, y - 8], [x + 9, y - 4.5], [x, y - 1]),
  cross(context, x, y) {
    context.moveTo(x - 5, y - 5)
    context.lineTo(x + 5, y + 5)
    context.moveTo(x - 5, y + 5)
    context.lineTo(x + 5, y - 5)
  },
  line: (context, x, y) => context.rect(x - 0.5, y - 6, 1, 12),
}

export function drawMark(context: Context, x: number, y: number, mark: Mark, theme: Theme): void {
  context.beginPath()
  paths[mark.shape](context, x, y)
  const isOutline = mark.shape === 'ring' || mark.shape === 'cross'
  context.lineWidth = isOutline ? 2 : 1
  context.strokeStyle = isOutline ? theme[mark.tint] : theme.card
  context.fillStyle = theme[mark.tint]
  if (!isOutline) context.fill()
  context.stroke()
  context.lineWidth = 1
}

/** One entry of the legend, drawn in the middle of a small canvas. */
export function drawLegendEntry(
  context: Context,
  size: number,
  mark: (typeof legend)[number][1],
  theme: Theme,
): void {
  const middle = size / 2
  context.clearRect(0, 0, size, size)
  if (typeof mark === 'object') {
    drawMark(context, middle, middle, mark, theme)
  } else if (mark === 'request') {
    context.globalAlpha = 0.35
    context.fillStyle = theme.accent
    context.fillRect(0, middle - 7, size, 14)
    context.globalAlpha = 1
  } else {
    context.strokeStyle = theme.warn
    context.setLineDash([3, 3])
    context.strokeRect(1, middle - 5, size - 2, 10)
    context.setLineDash([])
  }
}

function ring(context: Context, x: number, y: number, size: number, colour: string): void {
  context.beginPath()
  context.arc(x, y, size, 0, 2 * Math.PI)
  context.lineWidth = 1.5
  context.strokeStyle = colour
  context.stroke()
  context.lineWidth = 1
}

function line(context: Context, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  context.stroke()
}

function polygon(context: Context, ...points: readonly (readonly [number, number])[]): void {
  for (const [index, [x, y]] of points.entries()) {
    if (index === 0) context.moveTo(x, y)
    else context.lineTo(x, y)
  }
  context.closePath()
}
