import { drawHoldOff, drawMarks, drawRequestBar } from './draw-marks.ts'
import { element } from './element.ts'
import type { Appearance, Shape, Tone } from './layout/appearance.ts'
import type { Palette } from './palette.ts'

type Sample = (context: CanvasRenderingContext2D, palette: Palette) => void

export interface Legend {
  readonly root: HTMLElement
  draw(palette: Palette): void
}

const width = 22
const height = 14
const box = { left: 2, right: width - 2, top: 3, height: height - 6 }

const samples: readonly (readonly [string, Sample])[] = [
  ['waits for its turn, has it', both(mark('low-tick', 'quiet', 5), mark('tick', 'quiet', 5, 6))],
  ['token request', (context, palette) => drawRequestBar(context, box, 'good', palette)],
  ['new tokens stored', mark('diamond', 'good', 5)],
  ['reply kept by the courier', mark('letter', 'good', 5)],
  ['announced', mark('triangle', 'accent', 5)],
  ['taken over by another tab', mark('ring', 'good', 5.5)],
  [
    'nobody asks',
    (context, palette) => drawHoldOff(context, box, palette, { left: 0, right: width }),
  ],
  ['signed in', mark('plus', 'good', 4.5)],
  ['signed out', mark('cross', 'bad', 5)],
  ['API answered', mark('dot', 'good', 4)],
  ['sent twice', mark('ringed-dot', 'good', 3.5)],
  ['401, 403', mark('half-dot', 'warn', 4)],
  ['failed', mark('barred-dot', 'bad', 4)],
  ['sent again', mark('twice', 'warn', 3.5)],
  ['page loaded, gone', both(mark('opening', 'quiet', 4.5, -4), mark('closing', 'bad', 4.5, 4))],
  ['trouble', line],
  ['other', mark('square', 'quiet', 5)],
]

/** What the marks mean, with the marks drawn as in the timeline. */
export function createLegend(): Legend {
  const items = samples.map(([text, sample]) => {
    const canvas = element('canvas', { 'aria-hidden': 'true' })
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
    return { canvas, sample, item: element('li', {}, canvas, text) }
  })
  return {
    root: element(
      'ul',
      { class: 'event-timeline-legend', 'aria-label': 'What the marks mean' },
      ...items.map(({ item }) => item),
    ),
    draw(palette) {
      for (const { canvas, sample } of items) {
        canvas.width = width * devicePixelRatio
        canvas.height = height * devicePixelRatio
        const context = canvas.getContext('2d')
        if (!context) continue
        context.scale(devicePixelRatio, devicePixelRatio)
        sample(context, palette)
      }
    },
  }
}

function mark(shape: Shape, tone: Tone, radius: number, shift = 0): Sample {
  const appearance: Appearance = { shape, tone, row: 0, rank: 0 }
  return (context, palette) =>
    drawMarks(context, appearance, [{ x: width / 2 + shift, y: height / 2, radius }], palette)
}

function both(first: Sample, second: Sample): Sample {
  return (context, palette) => {
    first(context, palette)
    second(context, palette)
  }
}

function line(context: CanvasRenderingContext2D, { colours }: Palette): void {
  context.fillStyle = colours.bad
  context.fillRect(width / 2 - 0.75, 0, 1.5, height)
}
