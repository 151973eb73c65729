import { fileURLToPath } from 'node:url'
import { serverCheckPolicy } from './content-security-policy.ts'
import type { FurtherPages } from './build-pages.ts'

/** The check of a server, which has a policy of its own. */
export const serverCheckPages: FurtherPages = {
  root: fileURLToPath(new URL('./server-check', import.meta.url)),
  policy: serverCheckPolicy,
}
