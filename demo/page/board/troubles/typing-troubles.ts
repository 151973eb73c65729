import type { Stage } from '../stage.ts'
import { recoverWithinMs, states, wait } from './outcome.ts'
import type { Trouble } from './trouble.ts'

const halfAnOrder = 'Three apples, two pears, and'
/** So long a visitor has for the button of the notice. */
export const visitorWithinMs = 20_000
const readingMs = 2_500

/** What signing in again in a window is for. */
export const typingTroubles: readonly Trouble[] = [
  {
    id: 'ends-while-typing',
    label: 'The session ends while you type',
    sentence:
      'The server ends it under half an order. Sign in again in the notice, in a window: the page stays, and the order is sent again. The login page cuts itself off from its opener, as many do now.',
    async run(stage) {
      const { orderForm: form, servers, facts } = stage
      await servers.authorizationServer.hold('opener-policy', { policy: 'same-origin' })
      try {
        await form.type(halfAnOrder)
        await stage.expire()
        await servers.authorizationServer.turn('revoke-grants', { client: facts.clientId })
        const refused = await form.send()
        return `${refused}: the session had ended. ${await signedInAgain(stage)} ${states(stage)}`
      } finally {
        form.close()
      }
    },
  },
]

/** By the visitor in a window, or, where nobody is there to press a button, in a frame. */
async function signedInAgain(stage: Stage): Promise<string> {
  const { orderForm: form } = stage
  const isVisitor = await form.untilSignedIn(visitorWithinMs)
  if (!isVisitor) await stage.signInAs('ada')
  const isBack = isVisitor || (await form.untilSignedIn(recoverWithinMs))
  if (!isBack) return 'Nobody has signed in again.'
  if (!form.isOfSameUser()) return 'Nobody knows that it is the same user: nothing was sent again.'
  const how = isVisitor ? 'Signed in again in a window' : 'Tab 1 signed in again'
  const again = await form.send()
  const text = form.view.value?.text
  await wait(readingMs)
  return `${how}. Sent again: ${again}. Still there: “${text}”.`
}
