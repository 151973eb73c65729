import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createCode, mark, redirectUri } from './authorization-code-setup.ts'

const state = `${mark}b`
const { code } = createCode()

it('the address that is left is the text without exactly the response parameters, whatever else it holds', () => {
  const names = ['code', 'state', 'iss', 'session_state', 'error', 'error_description', 'error_uri']
  const foreign = fc
    .oneof(
      fc.webQueryParameters(),
      fc.constantFrom(
        '',
        'a%20b',
        'flag',
        'x~z',
        'a+b',
        'codes=1',
        'Code=1',
        'a=code=b',
        '%zz',
        '?',
      ),
    )
    .filter(
      (text) => ![...new URLSearchParams(`&${text}`).keys()].some((name) => names.includes(name)),
    )
  const own = fc
    .tuple(fc.constantFrom(...names.filter((name) => name !== 'state')), fc.webSegment())
    .map(([name, value]) => `${name}=${value.replaceAll('&', '')}`)
  const parameter = fc.record({ text: fc.oneof(foreign, own), before: fc.boolean() })
  fc.assert(
    fc.property(fc.array(parameter), fc.webFragments(), (parameters, fragment) => {
      const isForeign = ({ text }: { text: string }): boolean =>
        !names.some((name) => text.startsWith(`${name}=`))
      const texts = (some: readonly { text: string }[]): string[] => some.map(({ text }) => text)
      const before = parameters.filter((each) => each.before)
      const after = parameters.filter((each) => !each.before)
      const query = [...texts(before), `state=${state}`, ...texts(after)].join('&')
      const kept = texts([...before, ...after].filter(isForeign))
      const url = `${redirectUri}?${query}#${fragment}`
      const rest = kept.length > 0 ? `?${kept.join('&')}` : ''
      expect(code.read(url)?.cleanUrl).toBe(`${redirectUri}${rest}#${fragment}`)
    }),
  )
})
