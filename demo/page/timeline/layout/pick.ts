import type { LaneEvent } from '../lane-event.ts'
import type { Mark, Point, Scene } from './marks.ts'

const reach = 12

/** An event that is pointed at, and how many others are drawn as one with it. */
export interface Picked {
  readonly event: LaneEvent
  readonly others: number
}

/** The nearest mark within reach; else the bar or the line of a trouble that is there. */
export function pick(scene: Scene, point: Point): Picked | undefined {
  let nearest: Mark | undefined
  let least = reach
  for (const mark of scene.marks) {
    const distance = Math.hypot(mark.x - point.x, mark.y - point.y)
    // Of two in the same place the later one is on top.
    if (distance > least) continue
    nearest = mark
    least = distance
  }
  if (nearest) return { event: nearest.event, others: nearest.count - 1 }
  const bar = scene.bars.find(
    ({ left, right, top, height }) =>
      point.x >= left && point.x <= right && point.y >= top && point.y <= top + height,
  )
  const event =
    bar?.span.event ?? scene.troubles.find(({ x }) => Math.abs(x - point.x) < reach)?.event
  return event && { event, others: 0 }
}
