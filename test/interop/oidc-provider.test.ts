import { describe, it } from 'vitest'
import { configurations } from './configurations.ts'
import { travel } from './journey.ts'

describe('a certified provider', () => {
  for (const configuration of configurations) {
    it(`with ${configuration.feature}`, () => travel(configuration))
  }
})
