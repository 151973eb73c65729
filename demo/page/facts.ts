import type { Addresses } from '../servers.ts'
import { byId } from './elements.ts'

/** What the page is told by the server that serves it. */
export interface Facts extends Addresses {
  readonly accessTokenTtlSeconds: number
}

export function readFacts(): Facts {
  return JSON.parse(byId('facts').textContent) as Facts
}
