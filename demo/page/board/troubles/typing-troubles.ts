import { visitorWithinMs } from '../order-form.ts'
import { isSignedIn } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { recoverWithinMs, states } from './outcome.ts'
import { wait } from '../wait.ts'
import type { Trouble } from './trouble.ts'

const halfAnOrder = 'Three apples and'
const readingMs = 2_500

/** What signing in again in a window is for. */
export const typingTroubles: readonly Trouble[] = [
  {
    id: 'ends-while-typing',
    label: 'The session ends while you type',
    sentence:
      'Half an order is written when the server ends it. Sign in again in the notice: in a window, from a login page that cuts itself off. The page stays, and the order is sent again.',
    async run(stage) {
      const { orderForm: form, servers, facts } = stage
      await servers.authorizationServer.hold('opener-policy', { policy: 'same-origin' })
      try {
        await form.type(halfAnOrder)
        await stage.expire()
        await servers.authorizationServer.turn('revoke-grants', { client: facts.clientId })
        const refused = await form.send()
        const came = await signedInAgain(stage)
        await stage.tabs.until((open) => open.every(isSignedIn), recoverWithinMs)
        return `${refused}: the session had ended. ${came} ${states(stage)}`
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
  if (!isVisitor && !(await form.untilSignedIn(recoverWithinMs))) return 'Nobody signed in again.'
  if (!form.isOfSameUser()) return 'Perhaps it is somebody else: nothing was sent again.'
  const how = isVisitor ? 'Signed in again in a window' : 'Another tab signed in'
  const again = await form.send()
  const text = form.view.value?.text
  await wait(readingMs)
  return `${how}, sent again: ${again}. Still there: “${text}”.`
}
