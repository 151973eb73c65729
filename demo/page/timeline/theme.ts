import type { Theme } from './draw.ts'

const names = ['ink', 'line', 'card', 'quiet', 'accent', 'good', 'warn', 'bad'] as const

/** The colours of the page, as a canvas understands them: custom properties are not resolved there. */
export function readTheme(host: HTMLElement): Theme {
  const probe = document.createElement('span')
  host.append(probe)
  const entries = names.map((name) => {
    probe.style.color = `var(--${name})`
    return [name, getComputedStyle(probe).color] as const
  })
  probe.remove()
  return Object.fromEntries(entries) as unknown as Theme
}
