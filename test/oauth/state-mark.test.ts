import { describe, expect, it } from 'vitest'
import { isOfAnotherIssuer, stateMark } from '../../src/oauth/state-mark.ts'

const issuer = 'https://login.example.com'

describe('stateMark', () => {
  it('is the same at every load of the page, and needs no encoding in a URL', () => {
    const mark = stateMark(issuer, 'spa', 'default')
    expect(mark).toMatch(/^[\da-z]{7}-[\da-z]{7}\.$/)
    expect(stateMark(issuer, 'spa', 'default')).toBe(mark)
    expect(encodeURIComponent(mark)).toBe(mark)
  })

  it('tells issuers, clients and sessions apart', () => {
    const marks = [
      stateMark(issuer, 'spa', 'default'),
      stateMark(`${issuer}/`, 'spa', 'default'),
      stateMark(issuer, 'shop', 'default'),
      stateMark(issuer, 'spa', 'second'),
      stateMark(issuer, 'spa,default', ''),
      stateMark(issuer, 'spa', 'd\u{1f600}fault'),
    ]
    expect(new Set(marks).size).toBe(marks.length)
  })

  it('tells many names apart', () => {
    const marks = Array.from({ length: 2_000 }, (_, n) =>
      stateMark(`${issuer}/${n}`, 'spa', `${n}`),
    )
    expect(new Set(marks).size).toBe(2_000)
  })
})

describe('isOfAnotherIssuer', () => {
  const mark = stateMark(issuer, 'spa', 'default')

  it('knows the state of a manager of another issuer', () => {
    expect(isOfAnotherIssuer(`${stateMark('https://b.example', 'spa', 'default')}x`, mark)).toBe(
      true,
    )
  })

  it.each([
    `${mark}x`,
    `${stateMark(issuer, 'shop', 'default')}x`,
    'CA',
    '',
    'other-state',
    'a-b.c',
  ])('does not take %j for one', (state) => {
    expect(isOfAnotherIssuer(state, mark)).toBe(false)
  })
})
