import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { isTokenError } from '../../../src/index.ts'
import type { TokenManager } from '../../../src/index.ts'
import { signInWithPopup } from '../../../src/popup/index.ts'
import { wait } from './wait.ts'

/** So long a visitor has for the button of the notice. */
export const visitorWithinMs = 20_000
const keystrokeMs = 40
/** Whoever has a window open may take his time; without a way to know that it was closed. */
const windowMs = 60_000

/** What the form shows. */
export interface OrderFormView {
  readonly text: string
  /** What became of the order so far. */
  readonly status: string
  /** Whether the session has ended under it. */
  readonly hasNotice: boolean
  readonly isSigningIn: boolean
  /** What came of the window, if that was no session. */
  readonly problem?: string
}

/** An order that is half written in this page when its session ends. */
export interface OrderForm {
  readonly view: ReadonlySignal<OrderFormView | undefined>
  /** Opens the form and types into it, as the user who is signed in. */
  type(text: string): Promise<void>
  edit(text: string): void
  /** Sends what is there: a status, or the code of an error. With that, the notice comes. */
  send(): Promise<string>
  /** Fulfils with whether somebody is signed in here, in time and without being told not to wait. */
  untilSignedIn(withinMs: number): Promise<boolean>
  /** Whether that is known to be the user who has typed. */
  isOfSameUser(): boolean
  /** For the handler of a click, with the window that was opened there. */
  signInAgain(popup: Window | null): void
  stopWaiting(): void
  close(): void
}

interface OrderFormParts {
  readonly auth: TokenManager
  readonly apiOrigin: string
  /** Time starts afresh with a session. */
  forgetElapsed(): void
  /** Told of every request, and what came of it. */
  reportRequest(outcome: string): void
}

export function createOrderForm(parts: OrderFormParts): OrderForm {
  const { auth, apiOrigin } = parts
  const view = signal<OrderFormView | undefined>(undefined)
  let sub: string | undefined
  let leaving = new AbortController()
  let wake = (_isSignedIn: boolean): void => {}
  let timer: ReturnType<typeof setTimeout> | undefined

  function change(part: Partial<OrderFormView>): void {
    if (view.value) view.value = { ...view.value, ...part }
  }

  function giveUpAfter(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => wake(false), ms)
  }

  async function attempt(body: string): Promise<string> {
    try {
      const { status } = await auth.fetch(`${apiOrigin}/orders`, { method: 'POST', body })
      return String(status)
    } catch (error) {
      return isTokenError(error) ? error.code : 'NETWORK'
    }
  }

  return {
    view,
    async type(text) {
      sub = subOf(auth)
      leaving = new AbortController()
      view.value = { text: '', status: 'Not sent yet.', hasNotice: false, isSigningIn: false }
      for (const character of text) {
        await wait(keystrokeMs)
        change({ text: (view.value?.text ?? '') + character })
      }
    },
    edit: (text) => change({ text }),
    async send() {
      change({ status: 'Sending…' })
      const outcome = await attempt(view.value?.text ?? '')
      parts.reportRequest(outcome)
      const isTaken = outcome.startsWith('2')
      const status = isTaken
        ? `Sent: ${outcome}. Every word is still here.`
        : `Not sent: ${outcome}.`
      change({ status, hasNotice: auth.getState().status === 'signed-out' })
      return outcome
    },
    untilSignedIn: (withinMs) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (auth.getState().status === 'signed-in') wake(true)
        }
        const unsubscribe = auth.subscribe(look)
        wake = (isSignedIn) => {
          clearTimeout(timer)
          wake = () => {}
          queueMicrotask(unsubscribe)
          resolve(isSignedIn)
        }
        giveUpAfter(withinMs)
        look()
      }),
    isOfSameUser: () => sub !== undefined && subOf(auth) === sub,
    signInAgain(popup) {
      parts.forgetElapsed()
      giveUpAfter(windowMs)
      const { problem: _, ...rest } = view.value ?? { text: '', status: '', hasNotice: true }
      view.value = { ...rest, isSigningIn: true }
      // The server may still know the user; the login page is what this is about.
      signInWithPopup(auth, popup, { prompt: 'login', sub, signal: leaving.signal }).catch(
        (error: unknown) =>
          change({ isSigningIn: false, problem: isTokenError(error) ? error.code : String(error) }),
      )
    },
    stopWaiting: () => wake(false),
    close() {
      leaving.abort()
      view.value = undefined
    },
  }
}

function subOf(auth: TokenManager): string | undefined {
  const state = auth.getState()
  return state.status === 'signed-in' ? state.sub : undefined
}
