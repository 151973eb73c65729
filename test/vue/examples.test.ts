import { describe, expect, it } from 'vitest'
import {
  compileExamples,
  examplesOf,
  toComponentScript,
  type Example,
} from '../support/guide-examples.ts'

const examples = examplesOf('vue')
const ofLanguage = (language: string): Example[] =>
  examples.filter((example) => example.language === language)

const files = (): Record<string, string> =>
  Object.fromEntries([
    ...ofLanguage('ts').map(({ name, code }) => [`${name}.ts`, `${code}\nexport {}\n`]),
    ...ofLanguage('vue').map((example) => [
      `${example.name}.vue.ts`,
      toComponentScript(example.name, example.code),
    ]),
  ]) as Record<string, string>

describe('the examples for Vue', () => {
  it('are found, each under a name of its own', () => {
    const named = examples.map(({ name }) => name)
    expect(new Set(named).size).toBe(named.length)
    expect(named).toEqual(
      expect.arrayContaining(['auth', 'router', 'main', 'App', 'Orders', 'use-session-ts-1']),
    )
    expect(ofLanguage('vue').length).toBeGreaterThanOrEqual(8)
    expect(ofLanguage('ts').length).toBeGreaterThanOrEqual(5)
  })

  it('compile, and would be found out if they did not', () => {
    const script = "import { useSession } from 'tokenring/vue'\nconst session = useSession()"
    const code = `<script setup lang="ts">\n${script}\n</script>\n<template>{{ session.token }}</template>`
    const wrong = toComponentScript('wrong', code)
    const complaints = compileExamples('vue-examples', { ...files(), 'wrong.vue.ts': wrong })
    expect(complaints).toEqual([expect.stringMatching(/^wrong\.vue\.ts.*token/)])
  })
})
