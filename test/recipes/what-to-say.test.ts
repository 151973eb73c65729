import { afterEach, expect, it, vi } from 'vitest'
import type { SessionState } from '../../src/index.ts'
import { readText, section } from '../package/source-files.ts'
import { examplesOf } from '../support/guide-examples.ts'
import { runGuide } from '../support/run-guide.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const [code, ...others] = ['react', 'vue', 'angular'].map(
  (guide) => examplesOf(guide).find(({ name }) => name === 'what-to-say')?.code,
)

it('is the same in the three guides', () => {
  expect(code).toContain('export function sayEnd')
  expect(others).toEqual([code, code])
})

it('is what the small apps say', () => {
  const [, ...lines] = code?.split('\n') ?? []
  for (const folder of ['react/src', 'vue/src', 'angular/src', 'next/lib']) {
    expect(readText(`demo/apps/${folder}/what-to-say.ts`)).toBe(lines.join('\n'))
  }
})

interface WhatToSay {
  sayFailure(error: unknown): string
  sayEnd(state: SessionState): string
}
const files = await runGuide('vue', ['what-to-say'], {})
const { sayFailure, sayEnd } = files['what_to_say'] as WhatToSay

it('says nothing of a sign-in that the page has not left for, unless it is offline', () => {
  vi.stubGlobal('navigator', { onLine: true })
  expect(sayFailure({ code: 'NOT_LEFT' })).toBe('')
  expect(sayFailure(undefined)).toBe('')
  vi.stubGlobal('navigator', { onLine: false })
  expect(sayFailure({ code: 'NOT_LEFT' })).toBe('You are offline.')
  for (const error of [{ code: 'DENIED' }, { code: null }, new TypeError('no redirectUri')]) {
    expect(sayFailure(error)).toBe('The sign-in did not succeed.')
  }
})

it('says nothing of a server that was to ask nobody, and does not know the user', () => {
  expect(sayFailure({ code: 'INTERACTION_REQUIRED' })).toBe('')
})

/** Those of which the guide says what to say. */
const reasons = [
  ...section(
    readText('src/popup/README.md'),
    '## What to say when a session ends\n',
    '\n- **',
  ).matchAll(/^\| ([^|]*`[^|]*) \|/gm),
].flatMap(([, cell = '']) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, reason = '']) => reason))

it.each(reasons.filter((reason) => !['reason', 'waiting', 'halted'].includes(reason)))(
  'says why a session has ended, if the user has not signed out: %s',
  (reason) => {
    const said = sayEnd({ status: 'signed-out', reason } as SessionState)
    if (['never', 'signed-out'].includes(reason)) expect(said).toBe('')
    else expect(said).toMatch(/^You were signed out because .+\.$/)
  },
)

it('knows every reason', () => {
  expect(reasons).toEqual(expect.arrayContaining(['never', 'idle', 'rejected', 'key-lost']))
  expect(sayEnd({ status: 'restoring' })).toBe('')
})
