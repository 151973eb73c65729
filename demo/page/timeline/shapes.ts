import type { Shape } from './layout/appearance.ts'

/** Adds a shape around (x, y) to a path. */
export type Trace = (path: CanvasPath, x: number, y: number, radius: number) => void

/** How a shape is painted: its areas, then its lines. */
export interface ShapeTraces {
  readonly area?: Trace
  readonly lines?: Trace
}

const circle: Trace = (path, x, y, radius) => {
  path.moveTo(x + radius, y)
  path.arc(x, y, radius, 0, 2 * Math.PI)
}

type Corner = readonly [x: number, y: number]

function polygon(...corners: readonly Corner[]): Trace {
  const outline = strokes(corners)
  return (path, x, y, radius) => {
    outline(path, x, y, radius)
    path.closePath()
  }
}

function strokes(...lines: readonly (readonly Corner[])[]): Trace {
  return (path, x, y, radius) => {
    for (const line of lines) {
      for (const [index, [dx, dy]] of line.entries()) {
        if (index === 0) path.moveTo(x + dx * radius, y + dy * radius)
        else path.lineTo(x + dx * radius, y + dy * radius)
      }
    }
  }
}

function scaled(trace: Trace, factor: number): Trace {
  return (path, x, y, radius) => trace(path, x, y, radius * factor)
}

const traces: Readonly<Record<Shape, ShapeTraces>> = {
  'low-tick': {
    lines: strokes([
      [0, 0.1],
      [0, 1.1],
    ]),
  },
  tick: {
    lines: strokes([
      [0, -1.1],
      [0, 1.1],
    ]),
  },
  square: { area: polygon([-0.7, -0.7], [0.7, -0.7], [0.7, 0.7], [-0.7, 0.7]) },
  play: { area: polygon([-0.7, -0.9], [0.9, 0], [-0.7, 0.9]) },
  diamond: { area: polygon([0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]) },
  triangle: { area: polygon([0, -1], [0.95, 0.75], [-0.95, 0.75]) },
  ring: { lines: scaled(circle, 0.75) },
  pause: {
    area: (path, x, y, radius) => {
      path.rect(x - 0.8 * radius, y - 0.95 * radius, 0.6 * radius, 1.9 * radius)
      path.rect(x + 0.2 * radius, y - 0.95 * radius, 0.6 * radius, 1.9 * radius)
    },
  },
  stop: {
    area: polygon(
      [-0.45, -1],
      [0.45, -1],
      [1, -0.45],
      [1, 0.45],
      [0.45, 1],
      [-0.45, 1],
      [-1, 0.45],
      [-1, -0.45],
    ),
  },
  minus: { area: polygon([-1, -0.35], [1, -0.35], [1, 0.35], [-1, 0.35]) },
  cross: {
    lines: strokes(
      [
        [-0.85, -0.85],
        [0.85, 0.85],
      ],
      [
        [0.85, -0.85],
        [-0.85, 0.85],
      ],
    ),
  },
  plus: {
    lines: strokes(
      [
        [-1, 0],
        [1, 0],
      ],
      [
        [0, -1],
        [0, 1],
      ],
    ),
  },
  letter: {
    lines: strokes([
      [-1.3, -0.9],
      [1.3, -0.9],
      [1.3, 0.9],
      [-1.3, 0.9],
      [-1.3, -0.9],
      [0, 0.2],
      [1.3, -0.9],
    ]),
  },
  twice: {
    lines: strokes(
      [
        [-1, -1],
        [0, 0],
        [-1, 1],
      ],
      [
        [0.1, -1],
        [1.1, 0],
        [0.1, 1],
      ],
    ),
  },
  dot: { area: scaled(circle, 0.9) },
  'half-dot': {
    area: (path, x, y, radius) => {
      path.moveTo(x + radius, y)
      path.arc(x, y, radius, 0, Math.PI)
      path.closePath()
    },
    lines: circle,
  },
  'barred-dot': {
    lines: (path, x, y, radius) => {
      circle(path, x, y, radius)
      strokes([
        [-0.7, 0.7],
        [0.7, -0.7],
      ])(path, x, y, radius)
    },
  },
  'ringed-dot': { area: scaled(circle, 0.7), lines: scaled(circle, 1.35) },
  opening: {
    lines: strokes([
      [0.5, -1.2],
      [-0.3, -1.2],
      [-0.3, 1.2],
      [0.5, 1.2],
    ]),
  },
  closing: {
    lines: strokes([
      [-0.5, -1.2],
      [0.3, -1.2],
      [0.3, 1.2],
      [-0.5, 1.2],
    ]),
  },
}

export function tracesOf(shape: Shape): ShapeTraces {
  return traces[shape]
}
