import type { TokenManagerEvent } from '../../src/index.ts'
import { byId } from './elements.ts'
import { timeText } from './session-view.ts'

const longest = 100

/** Puts an event on top of the log. */
export function showEvent({ at, type, ...details }: TokenManagerEvent): void {
  const time = document.createElement('time')
  time.textContent = `${timeText(at)}.${String(at % 1000).padStart(3, '0')}`
  const text = document.createElement('span')
  text.textContent = [type, ...Object.entries(details).map(describe)].join(' · ')
  const item = document.createElement('li')
  item.append(time, text)
  const log = byId('events')
  log.prepend(item)
  while (log.children.length > longest) log.lastElementChild?.remove()
}

function describe([name, value]: [string, unknown]): string {
  if (typeof value === 'number' && name.endsWith('At')) return `${name} ${timeText(value)}`
  if (typeof value === 'number' && name.endsWith('Ms')) return `${name} ${Math.round(value)}`
  return `${name} ${String(value)}`
}
