import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { LaneEvent } from '../../demo/page/timeline/lane-event.ts'
import { createTimeline } from '../../demo/page/timeline/timeline.ts'
import type { Timeline } from '../../demo/page/timeline/timeline.ts'
import { patience } from '../support/patience.ts'

let host: HTMLElement
let timeline: Timeline

beforeEach(() => {
  host = document.body.appendChild(document.createElement('div'))
  timeline = createTimeline(host)
  // What the stylesheet does for it on the page.
  canvas().style.width = '600px'
  canvas().style.height = '300px'
  canvas().style.display = 'block'
  timeline.setLanes(['Tab 1', 'Tab 2'])
})

afterEach(() => {
  timeline.dispose()
  host.remove()
})

function find(selector: string): HTMLElement {
  const found = host.querySelector<HTMLElement>(selector)
  if (!found) throw new Error(`There is no ${selector}.`)
  return found
}

const canvas = (): HTMLElement => find('canvas[role=application]')
const detail = (): string => find('[aria-live]').textContent
const status = (): string => find('.event-timeline-status').textContent

function button(name: string): HTMLButtonElement {
  const found = [...host.querySelectorAll('button')].find(({ textContent }) => textContent === name)
  if (!found) throw new Error(`There is no button ${name}.`)
  return found
}

function add(lane: string, agoMs: number, type: string, details: LaneEvent['details'] = {}): void {
  timeline.add({ lane, at: Date.now() - agoMs, type, details })
}

test('the arrow keys walk through the events, and the line says what they are', async () => {
  add('Tab 1', 3_000, 'sent', { generation: 4 })
  add('Tab 1', 2_000, 'committed', { generation: 5, tookMs: 132 })
  add('Tab 2', 1_900, 'adopted', { generation: 5 })
  canvas().focus()
  await userEvent.keyboard('{ArrowRight}')
  expect(detail()).toMatch(/^Tab 2 · .* · adopted: /)
  await userEvent.keyboard('{ArrowUp}')
  expect(detail()).toMatch(/^Tab 1 · .* storage \(generation 5, took 132 ms\)$/)
  await userEvent.keyboard('{ArrowLeft}')
  expect(detail()).toMatch(/^Tab 1 · .* · sent: /)
  await userEvent.keyboard('{Escape}')
  expect(detail()).toMatch(/^Point at a mark/)
})

test('up and down follow the order of the lanes', async () => {
  add('Tab 1', 2_000, 'loaded')
  add('Tab 2', 1_000, 'loaded')
  timeline.setLanes(['Tab 2', 'Tab 1'])
  canvas().focus()
  await userEvent.keyboard('{End}{ArrowUp}')
  expect(detail()).toMatch(/^Tab 2/)
  await userEvent.keyboard('{ArrowDown}')
  expect(detail()).toMatch(/^Tab 1/)
})

test('events of a lane that is not shown are kept', () => {
  add('Tab 9', 1_000, 'loaded')
  expect(timeline.log()).toHaveLength(1)
})

test('a mark that is pointed at is explained', async () => {
  add('Tab 1', 10_000, 'committed', { generation: 7 })
  await userEvent.click(button('All'))
  const { left, top, width, height } = canvas().getBoundingClientRect()
  const pointAt = (x: number, y: number): void => {
    const place = { clientX: left + x, clientY: top + y, bubbles: true }
    canvas().dispatchEvent(new PointerEvent('pointermove', place))
  }
  await vi.waitFor(() => {
    for (let x = 0; x < width && !detail().includes('generation 7'); x += 8) {
      for (let y = 0; y < height && !detail().includes('generation 7'); y += 8) pointAt(x, y)
    }
    expect(detail()).toContain('generation 7')
  }, patience)
  pointAt(1, 1)
  expect(detail()).toMatch(/^Point at a mark/)
})

test('paused it goes on keeping, and Now goes back to live', async () => {
  await userEvent.click(button('Pause'))
  await vi.waitFor(() => expect(status()).toBe('Paused · 20 s'), patience)
  expect(button('Pause').getAttribute('aria-pressed')).toBe('true')
  add('Tab 1', 0, 'loaded')
  expect(timeline.log()).toHaveLength(1)
  await userEvent.click(button('+'))
  await vi.waitFor(() => expect(status()).toBe('Paused · 12.5 s'), patience)
  await userEvent.click(button('Now'))
  await vi.waitFor(() => expect(status()).toBe('Live · 20 s'), patience)
  expect(button('Pause').getAttribute('aria-pressed')).toBe('false')
})

test('zooming ends at its limits', async () => {
  for (let presses = 0; presses < 20; presses++) button('+').click()
  await vi.waitFor(() => expect(status()).toBe('Live · 200 ms'), patience)
  for (let presses = 0; presses < 40; presses++) button('−').click()
  await vi.waitFor(() => expect(status()).toBe('Live · 30 min'), patience)
})

test('dragging pauses it', async () => {
  await vi.waitFor(() => expect(status()).toBe('Live · 20 s'), patience)
  const mouse = (type: string, clientX: number): MouseEvent =>
    new MouseEvent(type, { clientX, clientY: 100, bubbles: true, cancelable: true, view: window })
  canvas().dispatchEvent(mouse('mousedown', 200))
  window.dispatchEvent(mouse('mousemove', 260))
  window.dispatchEvent(mouse('mouseup', 260))
  await vi.waitFor(() => expect(status()).toBe('Paused · 20 s'), patience)
})

test('a wheel scrolls the page unless the timeline has the focus', async () => {
  const turn = (): boolean =>
    canvas().dispatchEvent(
      new WheelEvent('wheel', { deltaY: 500, bubbles: true, cancelable: true, clientX: 200 }),
    )
  expect(turn()).toBe(true)
  canvas().focus()
  expect(turn()).toBe(false)
  await vi.waitFor(() => expect(status()).toBe('Paused · 40 s'), patience)
})

test('the log is handed out as a file', async () => {
  add('Tab 1', 1_000, 'committed', { generation: 5 })
  let file: Blob | undefined
  const create = vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    if (blob instanceof Blob) file = blob
    return '#'
  })
  let name = ''
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    name = this.download
  })
  await userEvent.click(button('Export JSON'))
  create.mockRestore()
  click.mockRestore()
  expect(name).toBe('tokenring-timeline.json')
  expect(JSON.parse((await file?.text()) ?? '')).toEqual({
    exportedAt: expect.any(Number) as number,
    events: timeline.log(),
  })
})

test('of thirty thousand events the last twenty thousand are kept, and still drawn', async () => {
  for (let count = 30_000; count > 0; count--) {
    add(`Tab ${1 + (count % 2)}`, count, 'request', { outcome: '200', sends: 1 })
  }
  expect(timeline.log()).toHaveLength(20_000)
  canvas().focus()
  await userEvent.keyboard('{End}')
  expect(detail()).toContain('the API answered 200')
  await userEvent.click(button('All'))
  await vi.waitFor(() => expect(status()).toMatch(/^Paused · 2/), patience)
})

test('forgetting everything empties the line too', async () => {
  add('Tab 1', 1_000, 'loaded')
  canvas().focus()
  await userEvent.keyboard('{End}')
  timeline.clear()
  expect(timeline.log()).toEqual([])
  expect(detail()).toMatch(/^Point at a mark/)
})
