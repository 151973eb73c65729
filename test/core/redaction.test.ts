import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutSecrets } from '../../src/core/redaction.ts'

const secret = `rt+9/zK~w&"<é>'-q1_4`
const url = encodeURIComponent
const json = (text: string): string => JSON.stringify(text).slice(1, -1)
const html = (text: string): string => text.replaceAll(/\W/g, (c) => `&#${c.charCodeAt(0)};`)
const namedHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
const names: Readonly<Record<string, string>> = {
  '-': 'hyphen',
  '.': 'period',
  _: 'lowbar',
  '+': 'plus',
  '/': 'sol',
  '=': 'equals',
}
const allNamedHtml = (text: string): string =>
  namedHtml(text).replaceAll(/[-._+/=]/g, (c) => `&${names[c]};`)
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const base64url = (text: string): string => Buffer.from(text).toString('base64url')
const hexEscapes = (text: string): string =>
  text.replaceAll(/[^]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
const hexEntities = (text: string): string =>
  text.replaceAll(/[^]/g, (c) => `&#x${c.charCodeAt(0).toString(16)};`)
const everyByte = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

const spellings: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'URL-encoded': url,
  'URL-encoded byte by byte': everyByte,
  'in a form': (text) => String(new URLSearchParams({ refresh_token: text })),
  'JSON-encoded': json,
  'in JSON escapes': hexEscapes,
  'HTML-encoded': html,
  'HTML-encoded by names': namedHtml,
  'HTML-encoded in hexadecimal': hexEntities,
  'HTML-encoded by names, all that have one': allNamedHtml,
  'in base64': base64,
  'in base64url': base64url,
  'in base64 of many lines, in JSON': (text) => json(base64(text).replaceAll(/.{6}/g, '$&\n')),
  'in base64 of many lines': (text) => base64(text).replaceAll(/.{8}/g, '$&\r\n'),
}
const pairs = Object.entries(spellings)
  .filter(([name]) => name !== 'as it is')
  .flatMap(([first, once]) =>
    Object.entries(spellings).map(([second, twice]): [string, string] => [
      `${first}, then ${second}`,
      twice(once(secret)),
    ]),
  )

describe('a secret in a text', () => {
  it('is replaced, and the rest stays', () => {
    const text = `the token ${secret} was used before`
    expect(withoutSecrets(text, ['other-secret', secret])).toBe(
      'the token [redacted] was used before',
    )
  })

  it.each(Object.entries(spellings))('is not left %s', (_, spell) => {
    for (const text of [spell(secret), `token=${spell(secret)}`, `(${spell(secret)}).`]) {
      expect(withoutSecrets(text, [secret])).toContain('[redacted]')
      expect(withoutSecrets(text, [secret])).not.toContain(spell(secret))
    }
  })

  it.each(pairs)('is not left %s', (_, text) => {
    expect(withoutSecrets(`why: ${text}`, [secret])).not.toContain(text)
  })

  it('is not left in HTML that leaves alone what looks like an entity', () => {
    expect(withoutSecrets('why: refresh&foo;&lt;token', ['refresh&foo;<token'])).toBe('[redacted]')
    expect(withoutSecrets('why: refresh&bar;token', ['refresh&foo;token'])).toBe(
      'why: refresh&bar;token',
    )
  })

  it.each([0, 1, 2, 3])('is not left in base64 of a whole form, %i bytes into it', (count) => {
    const form = `${'x'.repeat(count)}&refresh_token=${encodeURIComponent(secret)}&client_id=spa`
    expect(withoutSecrets(`body-${base64(form)}`, [secret])).toBe('[redacted]')
  })

  it('is not left in base64 that a letter follows, to its last character', () => {
    const token = 'refresh-tok1'
    expect(withoutSecrets(`${base64(token)}x`, [token])).toBe('[redacted]')
  })

  it('is found wherever it stands and however often, if it is any text of some length', () => {
    fc.assert(
      fc.property(
        fc
          .string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' })
          .filter((any) => any.replaceAll(/[ +]/g, '').length >= 8),
        fc.array(fc.constantFrom(...Object.values(spellings)), { minLength: 1, maxLength: 3 }),
        (any, used) => {
          const text = used.map((spell) => spell(any)).join(' | ')
          expect(withoutSecrets(text, [any])).toContain('[redacted]')
          expect(withoutSecrets(text, [any]).split(' | ')).not.toContain(any)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('that is short is replaced only where it stands by itself, so that words keep their meaning', () => {
    expect(withoutSecrets('invalid_grant: a grant, "grant"', ['grant'])).toBe(
      'invalid_grant: a [redacted], "[redacted]"',
    )
    expect(withoutSecrets('an access token was had', ['a'])).toBe('an access token was had')
  })

  it('that is empty is none', () => {
    expect(withoutSecrets('as it is', [''])).toBe('as it is')
  })

  it('is not looked for in a text that would keep the page busy: that goes as a whole', () => {
    for (const part of ['a', 'word ', '%25', '&aaaa;', secret]) {
      expect(withoutSecrets(part.repeat(200_000), [secret, url(secret)])).toBe('[redacted]')
    }
  })

  it('leaves texts without it as they are', () => {
    for (const text of [
      'The refresh token is invalid (100 %), see https://as.example/?a=b%20c&d="e"',
      'aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=',
      '%zz \\u12 &#xffffffff; &nope; \\',
    ]) {
      expect(withoutSecrets(text, [secret])).toBe(text)
    }
  })
})
