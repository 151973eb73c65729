import type { Tone } from './layout/appearance.ts'

export type Colour = Tone | 'card' | 'line'

export interface Palette {
  readonly colours: Readonly<Record<Colour, string>>
  /** For the canvas, without a size. */
  readonly fontFamily: string
}

/** The page's colours as they are now, in a form that a canvas understands. */
export function readPalette(element: HTMLElement): Palette {
  // Asked for as it is, a custom property comes back with `light-dark()` in it.
  const probe = document.createElement('span')
  probe.hidden = true
  element.append(probe)
  const read = (name: Colour): string => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colours = {
    ink: read('ink'),
    quiet: read('quiet'),
    accent: read('accent'),
    good: read('good'),
    warn: read('warn'),
    bad: read('bad'),
    card: read('card'),
    line: read('line'),
  }
  probe.remove()
  return { colours, fontFamily: getComputedStyle(element).fontFamily }
}
