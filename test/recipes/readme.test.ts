import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { compile } from '../package/compile.ts'
import { readText, root } from '../package/source-files.ts'

const places: Readonly<Record<string, string>> = {
  'capacitor.ts': 'src/oauth/README.md',
  'electron.ts': 'src/oauth/README.md',
  'from-auth0-spa-js.ts': 'src/oauth/README.md',
  'from-oidc-client-ts.ts': 'src/oauth/README.md',
  'opentelemetry.ts': 'src/report/README.md',
  'sentry.ts': 'src/report/README.md',
}
const notRecipes = ['signed-in-app.ts']

const recipes = readdirSync(`${root}test/recipes`).filter(
  (name) => !name.endsWith('.test.ts') && !notRecipes.includes(name),
)

it.each(recipes)('%s is in the guide as it is run here', (name) => {
  const guide = readText(places[name] ?? 'src/http/README.md')
  expect(guide).toContain(`\`\`\`ts\n${readText(`test/recipes/${name}`)}\`\`\`\n`)
})

it('what the guides show besides compiles too', () => {
  const guides = ['src/http/README.md', 'src/oauth/README.md'].map(readText)
  const all = guides.flatMap((text) => [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)])
  expect(all.length).toBeGreaterThan(recipes.length)
  // By their own names, because one may import another.
  const nameOf = (code: string, index: number): string =>
    recipes.find((name) => readText(`test/recipes/${name}`) === code) ?? `guide-${index}.ts`
  const files = all.map(([, code = ''], index) => [nameOf(code, index), `${code}\nexport {}\n`])
  expect(compile('guides', Object.fromEntries(files))).toEqual([])
})
