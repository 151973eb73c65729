import { describe, expect, it } from 'vitest'
import { compile } from '../package/compile.ts'
import { readText, sourceFiles } from '../package/source-files.ts'

function compileWithProviders(
  name: string,
  files: Readonly<Record<string, string>>,
): readonly string[] {
  const modules = Object.entries(files).map(([file, text]) => [file, `${text}\nexport {}\n`])
  return compile(`providers-${name}`, Object.fromEntries(modules))
}

function examplesIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
}

const calls = [
  "auth0({ domain: 'example.auth0.com' })",
  "wso2({ baseUrl: 'https://is.example' })",
  "dailyPay({ environment: 'uat' })",
  "mercadoPago({ tokenProxy: '/token' })",
  "keycloak({ baseUrl: 'https://sso.example', realm: 'shop' })",
  "okta({ issuer: 'https://example.okta.com' })",
  "entraId({ tenant: '11111111-2222-3333-4444-555555555555' })",
]
const imports = `import { createTokenManager } from 'tokenring'
import { auth0, dailyPay, entraId, keycloak, mercadoPago, okta, wso2 } from 'tokenring/providers'
`

describe('the options of a provider', () => {
  it('can be spread, and what follows wins', () => {
    const lines = calls.flatMap((call) => [
      `createTokenManager({ ...${call}, clientId: 'spa' })`,
      `createTokenManager({ ...${call}, clientId: 'spa', scope: 'orders', endSession: undefined })`,
    ])
    expect(compileWithProviders('spread', { 'a.ts': imports + lines.join('\n') })).toEqual([])
  })

  it('leave clientId to the app, take no secret, and are read-only', () => {
    const wrong = [
      ...calls.map((call) => `createTokenManager({ ...${call} })`),
      ...calls.map(
        (call) => `createTokenManager({ ...${call}, clientId: 'a', clientSecret: 'b' })`,
      ),
      ...calls.map((call) => call.replace('({', "({ clientSecret: 'b',")),
      ...calls.map((call) => `${call}.scope = 'openid'`),
      "dailyPay({ environment: 'test' })",
      'mercadoPago({})',
      'entraId({ tenant: undefined })',
    ]
    const lines = wrong.map((line) => `// @ts-expect-error\n${line}`)
    // A line that compiles after all is itself an error: its directive is unused.
    expect(compileWithProviders('wrong', { 'a.ts': imports + lines.join('\n') })).toEqual([])
  })
})

it('the examples of the README and the docstrings compile', () => {
  const sources = sourceFiles.filter(({ path }) => path.startsWith('providers/'))
  const docstrings = sources.flatMap(({ text }) => examplesIn(text.replaceAll(/^ \* ?/gm, '')))
  const readme = examplesIn(readText('src/providers/README.md'))
  expect(docstrings).toHaveLength(calls.length)
  expect(readme.length).toBeGreaterThan(calls.length)
  const files = [...readme, ...docstrings].map((code, index) => [`example-${index}.ts`, code])
  expect(compileWithProviders('examples', Object.fromEntries(files))).toEqual([])
})

it('nothing of the rest is imported but types', () => {
  for (const { path, text } of sourceFiles) {
    if (!path.startsWith('providers/')) continue
    const outside = [...text.matchAll(/^(?:import|export) .* from '(\.\.\/[^']+)'$/gm)]
    expect(outside.filter(([line]) => !line.startsWith('import type '))).toEqual([])
  }
})
