import type { Random } from '../core/ports.ts'

/** Jitter and names. Nothing here is a secret; verifiers, states and nonces come from oauth4webapi. */
export function createRandom(): Random {
  return {
    fraction: () => Math.random(),
    id() {
      const words = crypto.getRandomValues(new Uint32Array(4))
      return [...words].map((word) => word.toString(36)).join('-')
    },
  }
}
