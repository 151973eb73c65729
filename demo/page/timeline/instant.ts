const minuteMs = 60_000

/** `10:42:07.120`, by the viewer's time zone. */
export function instantText(at: number): string {
  const date = new Date(at)
  return `${clockText(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** The label of a tick, as exact as the distance between two ticks asks for. */
export function tickText(date: Date, stepMs: number): string {
  if (stepMs < 1_000) return instantText(date.getTime())
  return stepMs < minuteMs ? clockText(date) : clockText(date).slice(0, 5)
}

/** `132 ms`, `4.5 s`, `3 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < minuteMs) return `${roundedText(ms / 1_000)} s`
  return `${roundedText(ms / minuteMs)} min`
}

function roundedText(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function clockText(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}
