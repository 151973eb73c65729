/** Where the parts of the picture are, in CSS pixels. */
export interface Frame {
  readonly width: number
  readonly height: number
  /** Between these is time; left of them are the names. */
  readonly plotLeft: number
  readonly plotRight: number
  readonly lanesTop: number
  /** The axis is below. */
  readonly lanesBottom: number
  readonly lanes: ReadonlyMap<string, LaneBox>
}

export interface LaneBox {
  readonly index: number
  readonly top: number
  readonly height: number
}

const labelsHeight = 18
const axisHeight = 20
const plotPadding = 12
const tallestLane = 44

/** Shares the height out among the lanes. */
export function layOutFrame(
  size: { readonly width: number; readonly height: number },
  names: readonly string[],
  namesWidth: number,
): Frame {
  const { width, height } = size
  const lanesTop = labelsHeight
  const room = Math.max(0, height - labelsHeight - axisHeight)
  const laneHeight = Math.min(tallestLane, room / Math.max(1, names.length))
  const lanes = new Map<string, LaneBox>()
  for (const name of new Set(names)) {
    const index = lanes.size
    lanes.set(name, { index, top: lanesTop + index * laneHeight, height: laneHeight })
  }
  const plotLeft = Math.min(namesWidth, width / 3)
  return {
    width,
    height,
    plotLeft,
    plotRight: Math.max(plotLeft + 1, width - plotPadding),
    lanesTop,
    lanesBottom: lanesTop + room,
    lanes,
  }
}

/** The middle of one of a lane's two rows; the upper one is the larger. */
export function rowMiddle({ top, height }: LaneBox, row: 0 | 1): number {
  return top + height * (row === 0 ? 0.36 : 0.8)
}

/** Half the size of a mark. */
export function markRadius(laneHeight: number, row: 0 | 1): number {
  return row === 0 ? clamp(laneHeight * 0.25, 3, 7) : clamp(laneHeight * 0.15, 2, 4)
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
