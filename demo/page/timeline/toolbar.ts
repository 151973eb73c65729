import { element } from './element.ts'
import { durationText } from './instant.ts'

export interface ToolbarActions {
  togglePause(): void
  zoomIn(): void
  zoomOut(): void
  showAll(): void
  goToNow(): void
  exportLog(): void
}

export interface Toolbar {
  readonly root: HTMLElement
  show(state: { readonly isLive: boolean; readonly lengthMs: number }): void
}

/** The buttons, and what the window shows at the moment. */
export function createToolbar(actions: ToolbarActions): Toolbar {
  // Its name stays: a name that changes and `aria-pressed` would say the same thing twice.
  const pause = button('Pause', actions.togglePause)
  const status = element('span', { class: 'event-timeline-status' })
  const root = element(
    'div',
    { class: 'event-timeline-toolbar', role: 'group', 'aria-label': 'Timeline' },
    pause,
    button('−', actions.zoomOut, 'Zoom out'),
    button('+', actions.zoomIn, 'Zoom in'),
    button('All', actions.showAll, 'Show all events'),
    button('Now', actions.goToNow),
    button('Export JSON', actions.exportLog),
    status,
  )
  let shown = ''
  return {
    root,
    show({ isLive, lengthMs }) {
      const text = `${isLive ? 'Live' : 'Paused'} · ${durationText(lengthMs)}`
      if (text === shown) return
      shown = text
      status.textContent = text
      pause.setAttribute('aria-pressed', String(!isLive))
    },
  }
}

function button(text: string, onClick: () => void, label?: string): HTMLButtonElement {
  const attributes = {
    type: 'button',
    ...(label !== undefined && { 'aria-label': label, title: label }),
  }
  const created = element('button', attributes, text)
  created.addEventListener('click', onClick)
  return created
}
