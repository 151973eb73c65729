import { build } from 'esbuild'
import { examplesOf, toComponentScript } from './guide-examples.ts'

/**
 * Runs files of a guide, word for word, and returns what they export. What they import from beside
 * them is the guide's too, unless it is among the `modules`, as whatever comes from packages is.
 *
 * @param entries Their names, without endings. One that awaits something at its top exports `done`.
 * @param modules What imports get, by what they say.
 */
export async function runGuide(
  guide: string,
  entries: readonly string[],
  modules: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const files = new Map(
    examplesOf(guide).map(({ name, language, code }) => [
      name,
      language === 'vue' ? toComponentScript(name, code) : code,
    ]),
  )
  const { outputFiles } = await build({
    stdin: {
      contents: entries
        .map((name) => `export * as ${name.replaceAll(/\W/g, '_')} from './${name}'`)
        .join('\n'),
    },
    bundle: true,
    write: false,
    format: 'cjs',
    jsx: 'automatic',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    plugins: [
      {
        name: 'guide',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /.*/ }, ({ path }) => {
            const name = path.replace(/^\.\//, '').replace(/\.(tsx?|vue)$/, '')
            if (path in modules || !path.startsWith('./')) return { path, external: true }
            if (!files.has(name)) throw new Error(`The guide has no ${path}.`)
            return { path: name, namespace: 'guide' }
          })
          onLoad({ filter: /.*/, namespace: 'guide' }, ({ path }) => ({
            contents: withDone(files.get(path) ?? ''),
            loader: 'tsx',
          }))
        },
      },
    ],
  })
  const module = { exports: {} as Record<string, unknown> }
  const take = (path: string): unknown => {
    if (!(path in modules)) throw new Error(`Nothing was given for ${path}.`)
    return modules[path]
  }
  // oxlint-disable-next-line typescript/no-implied-eval -- the code is the guide's
  const run = new Function('module', 'exports', 'require', outputFiles[0]?.text ?? '') as (
    module: { exports: Record<string, unknown> },
    exports: Record<string, unknown>,
    require: (path: string) => unknown,
  ) => void
  run(module, module.exports, take)
  return module.exports
}

/** What awaits at its top, for which this kind of module has no place: a function does it. */
function withDone(code: string): string {
  if (!/^(?=\S).*\bawait\b/m.test(code) || /^export /m.test(code)) return code
  const imports = /^import .*\n/gm
  const rest = code.replaceAll(imports, '')
  return `${(code.match(imports) ?? []).join('')}export const done = (async () => {\n${rest}\n})()\n`
}
