import type { Appearance } from './layout/appearance.ts'
import type { Bar } from './layout/marks.ts'
import type { SpanEnd } from './layout/spans.ts'
import type { Palette } from './palette.ts'
import { tracesOf } from './shapes.ts'

/** What drawing a mark needs of it. */
export interface Placed {
  readonly x: number
  readonly y: number
  readonly radius: number
}

type BarBox = Pick<Bar, 'left' | 'right' | 'top' | 'height'>

const lineWidth = 1.75
const hatchDistance = 6
const endColours = { good: 'good', warn: 'warn', bad: 'bad', open: 'accent' } as const

/** Marks that look the same, with one path for all of them. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  { shape, tone }: Appearance,
  marks: readonly Placed[],
  { colours }: Palette,
): void {
  const { area, lines } = tracesOf(shape)
  const areas = pathOf(area, marks)
  const strokes = pathOf(lines, marks)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  // An edge in the colour of the ground keeps marks apart that touch each other.
  context.strokeStyle = colours.card
  context.lineWidth = area ? 2 : lineWidth + 2
  context.stroke(areas)
  context.stroke(strokes)
  context.fillStyle = colours[tone]
  context.strokeStyle = colours[tone]
  context.lineWidth = lineWidth
  context.fill(areas)
  context.stroke(strokes)

  function pathOf(trace: typeof area, placed: readonly Placed[]): Path2D {
    const path = new Path2D()
    if (trace) for (const { x, y, radius } of placed) trace(path, x, y, radius)
    return path
  }
}

/** A token request, from the moment it left. */
export function drawRequestBar(
  context: CanvasRenderingContext2D,
  { left, right, top, height }: BarBox,
  end: SpanEnd,
  { colours }: Palette,
): void {
  const colour = colours[endColours[end]]
  context.fillStyle = colours.accent
  context.globalAlpha = 0.3
  context.fillRect(left, top, right - left, height)
  context.globalAlpha = 1
  context.strokeStyle = colours.accent
  context.lineWidth = 1.5
  context.setLineDash(end === 'open' ? [4, 3] : [])
  context.strokeRect(left, top, right - left, height)
  context.setLineDash([])
  context.fillStyle = colour
  context.fillRect(right - 1.25, top - 1, 2.5, height + 2)
}

/** A wait, hatched. */
export function drawHoldOff(
  context: CanvasRenderingContext2D,
  { left, right, top, height }: BarBox,
  { colours }: Palette,
  edges: { readonly left: number; readonly right: number },
): void {
  context.save()
  context.beginPath()
  context.rect(left, top, right - left, height)
  context.clip()
  context.fillStyle = colours.warn
  context.globalAlpha = 0.14
  context.fillRect(left, top, right - left, height)
  context.globalAlpha = 0.9
  context.strokeStyle = colours.warn
  context.lineWidth = 1.25
  context.beginPath()
  // The lines go with the bar, and only those are drawn that can be seen.
  const skipped = Math.max(0, Math.floor((edges.left - left) / hatchDistance) - 2)
  const end = Math.min(right + height, edges.right + height)
  for (let x = left + skipped * hatchDistance; x < end; x += hatchDistance) {
    context.moveTo(x, top)
    context.lineTo(x - height, top + height)
  }
  context.stroke()
  context.restore()
  context.strokeStyle = colours.warn
  context.lineWidth = 1
  context.strokeRect(left, top, right - left, height)
}
