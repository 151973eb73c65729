import type { Ledger } from './ledger.ts'
import type { Broken, Keeper } from './moment.ts'

/** Revision, epoch and generation only rise, and each when it has to. */
export function createCounters(options: {
  readonly ledger: Ledger
  readonly broken: Broken
}): Keeper {
  const broken = (words: string): void => options.broken('counters only rise', words)
  return {
    see(moment) {
      if (moment.type !== 'wrote' || moment.before === undefined) return
      const { before, after } = options.ledger.lastWrite
      const { name } = moment.tab
      if (JSON.stringify(before) === JSON.stringify(after)) return
      if (after.revision <= before.revision) broken(`${name} writes without a new revision`)
      if (after.epoch < before.epoch) broken(`${name} goes back to an older epoch`)
      if (after.generation < before.generation) broken(`${name} goes back to an older generation`)
      const isOther = before.session?.refreshToken !== after.session?.refreshToken
      const isRenewed = isOther && after.session !== undefined && before.epoch === after.epoch
      if (isRenewed && after.generation === before.generation) {
        broken(`${name} stores a new refresh token in the same generation`)
      }
      if (!before.session !== !after.session && after.epoch === before.epoch) {
        broken(`${name} begins or ends a session in the same epoch`)
      }
    },
  }
}
