import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { compile } from '../package/compile.ts'
import { readText, root, section } from '../package/source-files.ts'

const places: Readonly<Record<string, string>> = {
  'capacitor.ts': 'src/oauth/README.md',
  'electron.ts': 'src/oauth/README.md',
  'opentelemetry.ts': 'src/report/README.md',
  'sentry.ts': 'src/report/README.md',
}
/** The others are in the guide in one piece. */
const notRecipes = ['signed-in-app.ts', 'stored-by-others.ts', 'take-over.ts']

const recipes = readdirSync(`${root}test/recipes`).filter(
  (name) => !name.endsWith('.test.ts') && !notRecipes.includes(name),
)

it.each(recipes)('%s is in the guide as it is run here', (name) => {
  const guide = readText(places[name] ?? 'src/http/README.md')
  expect(guide).toContain(`\`\`\`ts\n${readText(`test/recipes/${name}`)}\`\`\`\n`)
})

const example = /^```ts\n([\s\S]*?)^```$/gm
const migration = section(
  readText('src/oauth/README.md'),
  '## Coming from another library\n',
  '\n## ',
)
const [usage = '', ...pieces] = [...migration.matchAll(example)].map(([, code = '']) => code)

it('the guide to migration has take-over.ts as it is run, and compiles as one file', () => {
  expect(pieces.join('\n')).toBe(readText('test/recipes/take-over.ts'))
  const pasted = [usage, ...pieces].join('\n')
  expect(compile('migration', { 'pasted.ts': pasted })).toEqual([])
})

it('what the guides show besides compiles too', () => {
  const guides = ['src/http/README.md', 'src/oauth/README.md'].map(readText)
  const all = guides.flatMap((text) => [...text.replace(migration, '').matchAll(example)])
  const shown = recipes.filter((name) => places[name] !== 'src/report/README.md')
  expect(all.length).toBeGreaterThan(shown.length)
  // By their own names, because one may import another.
  const nameOf = (code: string, index: number): string =>
    recipes.find((name) => readText(`test/recipes/${name}`) === code) ?? `guide-${index}.ts`
  const files = all.map(([, code = ''], index) => [nameOf(code, index), `${code}\nexport {}\n`])
  expect(compile('guides', Object.fromEntries(files))).toEqual([])
})

it('the React app in demo/apps has the query client of the recipe', () => {
  const app = readText('demo/apps/react/src/query-client.ts')
  expect(app).toContain('export function createQueryClient')
  expect(readText('test/recipes/tanstack-query.ts').startsWith(app)).toBe(true)
})
