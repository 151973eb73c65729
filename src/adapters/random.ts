import type { Random } from '../core/ports.ts'

/** Jitter and names. Nothing here is a secret; verifiers, states and nonces come from oauth4webapi. */
export function createRandom(): Random {
  return {
    fraction: () => Math.random(),
    id: () => crypto.getRandomValues(new Uint32Array(4)).join('-'),
  }
}
