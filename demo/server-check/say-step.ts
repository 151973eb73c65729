import type { SessionStep } from './carry-out.ts'
import { seconds } from './write-entry.ts'

/** What is being done, for the person who watches. */
export function sayStep(step: SessionStep): string {
  switch (step.do) {
    case 'pair':
      return 'Presenting one refresh token twice at the same moment.'
    case 'revoke':
      return 'Revoking the refresh token.'
    case 'user-info':
      return 'Asking who the user is, with an access token.'
    case 'refresh': {
      const { probe, atAgeMs = 0 } = step
      if (probe === 'window' || probe === 'ancestor') {
        return `Waiting until a spent refresh token is ${seconds(atAgeMs)} old, to present it again.`
      }
      if (probe === 'again') return 'Presenting a spent refresh token again.'
      if (probe === 'narrowed') return 'Asking for less scope.'
      if (probe.startsWith('after-')) return 'Looking whether the session is still alive.'
      if (probe.endsWith('-child')) return 'Trying which of two new refresh tokens is good.'
      return 'Refreshing, as an app does.'
    }
  }
}
