import { describe, expect, it } from 'vitest'
import type { EndReason } from '../../../src/core/end-reason.ts'
import { nextPage, noPage } from '../../../src/core/session/kept-page.ts'
import type { SessionState } from '../../../src/core/session/session-state.ts'

const signedIn = { status: 'signed-in', sub: 'ada' } as SessionState
const page = nextPage(noPage, signedIn)
const over = (reason: EndReason | 'signed-out' | 'never'): SessionState => ({
  status: 'signed-out',
  reason,
})

describe('the page of a user', () => {
  it.each(['rejected', 'rotation-lost', 'refused', 'expired', 'key-lost'] as const)(
    'is kept when the session ends by itself: %s',
    (reason) => {
      const kept = nextPage(page, over(reason))
      expect(kept).toEqual({ ...page, standing: 'kept' })
      expect(nextPage(kept, signedIn)).toEqual(page)
    },
  )

  it.each(['signed-out', 'idle', 'subject-changed', 'storage-cleared', 'never'] as const)(
    'is gone for good when somebody or something has decided so: %s',
    (reason) => {
      const gone = nextPage(page, over(reason))
      expect(gone).toEqual({ key: page.key, standing: 'hidden' })
      expect(nextPage(gone, signedIn).key).not.toBe(page.key)
    },
  )
})
