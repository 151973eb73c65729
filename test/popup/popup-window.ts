/** A window as `window.open()` returns it: its page is the browser's, and shows what it was sent to. */
export interface PopupWindow extends Window {
  /** Addresses that it was sent to. */
  readonly shown: readonly URL[]
  readonly timesClosed: number
  /** The user closes it; or its page cuts itself off, which looks the same from here. */
  vanish(): void
}

export function createPopupWindow(options: { readonly isCutOff?: boolean } = {}): PopupWindow {
  const shown: URL[] = []
  let closed = false
  let timesClosed = 0
  let opener: unknown = 'the page that has opened it'
  const location = {
    get href(): string {
      if (shown.length > 0) throw new DOMException('Blocked a frame', 'SecurityError')
      return 'about:blank'
    },
    set href(url: string) {
      shown.push(new URL(url))
      if (options.isCutOff) closed = true
    },
  }
  const popup = {
    shown,
    location,
    get timesClosed() {
      return timesClosed
    },
    get closed() {
      return closed
    },
    get opener() {
      return opener
    },
    set opener(value: unknown) {
      opener = value
    },
    close() {
      closed = true
      timesClosed += 1
    },
    vanish() {
      closed = true
    },
  }
  return popup as unknown as PopupWindow
}
