import { browserTroubles } from './browser-troubles.ts'
import { courierTroubles } from './courier-troubles.ts'
import { serverTroubles } from './server-troubles.ts'
import { tokenTroubles } from './token-troubles.ts'
import type { Trouble } from './trouble.ts'
import { typingTroubles } from './typing-troubles.ts'
import { userTroubles } from './user-troubles.ts'

/** All of them, those first that leave the session alone. */
export const troubles: readonly Trouble[] = [
  ...tokenTroubles,
  ...browserTroubles,
  ...serverTroubles,
  ...courierTroubles,
  ...typingTroubles,
  ...userTroubles,
]
