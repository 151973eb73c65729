import { expect, test } from 'vitest'
import { originFlag, wholeNumberFlag } from '../../demo/flags.ts'

test('a whole number above 0 is taken, and nothing else', () => {
  expect(wholeNumberFlag('port', '4180')).toBe(4180)
  for (const text of ['0', '-1', '1.5', 'x', '']) {
    expect(() => wholeNumberFlag('port', text)).toThrow('--port takes a whole number')
  }
})

test('an origin is taken with or without its slash, and nothing else', () => {
  expect(originFlag('issuer', 'http://localhost:1')).toBe('http://localhost:1')
  expect(originFlag('issuer', 'https://demo.example.com/')).toBe('https://demo.example.com')
  for (const text of ['localhost:1', 'http://localhost:1/demo', 'http://u@localhost', 'x', '']) {
    expect(() => originFlag('issuer', text)).toThrow('--issuer takes an origin')
  }
})
