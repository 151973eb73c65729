import { expect, it } from 'vitest'
import { describeMembers } from '../../src/report/describe-members.ts'
import { readText } from '../package/source-files.ts'

/** Members of events that say nothing of who the user is or where he was. */
const printed =
  'acrValues at attempt because cause code decidedHere error generation held hint ' +
  'maxAgeSeconds missing oauth origin reason resourceServer retryAt scope status tookMs type unknown ' +
  'until waitedMs'

it('every member of an event is on one of two lists: printed in a report, or left out', () => {
  const names = [...readText('src/core/events.ts').matchAll(/readonly (\w+)\??:/g)].map(
    ([, name = '']) => name,
  )
  expect(names.length).toBeGreaterThan(30)
  const isLeftOut = (name: string): boolean =>
    describeMembers({ [name]: 'x' }) === ` ${name}=(left out)`
  expect([...new Set(names)].filter((name) => !isLeftOut(name)).sort()).toEqual(printed.split(' '))
})
