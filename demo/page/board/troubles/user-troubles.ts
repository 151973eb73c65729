import { isSignedOut } from '../stage.ts'
import { recoverWithinMs, states } from './outcome.ts'
import type { Trouble } from './trouble.ts'

/** What people do. */
export const userTroubles: readonly Trouble[] = [
  {
    id: 'sign-out',
    label: 'Sign out in one tab',
    sentence: 'All other tabs are signed out too, and the session is revoked at the server.',
    async run(stage) {
      const tab = stage.tabs.open.value.at(-1)
      if (tab) await stage.tabs.order(tab.lane, { type: 'sign-out' })
      await stage.tabs.until((open) => open.every(isSignedOut), recoverWithinMs)
      return states(stage)
    },
  },
  {
    id: 'other-user',
    label: 'Sign in as Grace in another tab',
    sentence:
      'All tabs follow to her session. No request made for Ada is ever sent again with Grace’s token.',
    async run(stage) {
      const frames = stage.tabs.open.value.filter(({ kind }) => kind === 'frame')
      const isGrace = await stage.signInAs('grace', frames[1] ?? frames[0])
      const outcomes = await stage.callEverywhere(1)
      return `${isGrace ? '' : 'The sign-in as Grace did not succeed. '}${outcomes}. ${states(stage)}`
    },
  },
]
