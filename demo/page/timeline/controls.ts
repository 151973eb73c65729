import { drawLegendEntry } from './draw.ts'
import type { Theme } from './draw.ts'
import { legend } from './marks.ts'

const legendSize = 16

/** What is around the canvas. */
export interface Controls {
  readonly canvas: HTMLCanvasElement
  showLive(isLive: boolean): void
  /** Says it to a screen reader too. */
  showDetail(text: string): void
  drawLegend(theme: Theme): void
}

export interface Actions {
  toggleLive(): void
  zoom(factor: number): void
  exportLog(): void
}

/** Fills `host` with buttons, the canvas, a line for the explanation, and the legend. */
export function createControls(host: HTMLElement, actions: Actions): Controls {
  const button = (text: string, task: () => void): HTMLButtonElement => {
    const element = document.createElement('button')
    element.type = 'button'
    element.textContent = text
    element.addEventListener('click', task)
    return element
  }
  const pause = button('Pause', actions.toggleLive)
  const toolbar = part('div', 'timeline-buttons')
  toolbar.append(
    pause,
    button('Zoom in', () => actions.zoom(2)),
    button('Zoom out', () => actions.zoom(1 / 2)),
    button('Export JSON', actions.exportLog),
  )

  const canvas = document.createElement('canvas')
  canvas.tabIndex = 0
  canvas.setAttribute('role', 'application')
  canvas.setAttribute('aria-roledescription', 'timeline')
  canvas.setAttribute(
    'aria-label',
    'What the tabs do. Left and right: event, up and down: tab, plus and minus: zoom, space: pause.',
  )
  const frame = part('div', 'timeline-canvas')
  frame.append(canvas)
  const detail = part('p', 'timeline-detail')
  detail.setAttribute('aria-live', 'polite')
  detail.textContent = 'Point at an event, or walk through them with the arrow keys.'

  const list = part('ul', 'timeline-legend')
  const swatches = legend.map(([text, mark]) => {
    const swatch = document.createElement('canvas')
    const item = document.createElement('li')
    item.append(swatch, text)
    list.append(item)
    return { swatch, mark }
  })
  host.append(toolbar, frame, detail, list)

  return {
    canvas,
    showLive(isLive) {
      pause.textContent = isLive ? 'Pause' : 'Go on'
    },
    showDetail(text) {
      if (detail.textContent !== text) detail.textContent = text
    },
    drawLegend(theme) {
      for (const { swatch, mark } of swatches) {
        const context = fit(swatch, legendSize, legendSize)
        if (context) drawLegendEntry(context, legendSize, mark, theme)
      }
    },
  }
}

/** Gives a canvas as many pixels as the screen has there, and counts in CSS pixels all the same. */
export function fit(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined {
  const ratio = devicePixelRatio
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const context = canvas.getContext('2d') ?? undefined
  context?.scale(ratio, ratio)
  return context
}

function part(tag: string, className: string): HTMLElement {
  const element = document.createElement(tag)
  element.className = className
  return element
}
