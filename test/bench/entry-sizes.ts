import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { buildCourierFile } from '../../demo/courier-file-plugin.ts'
import { bundle, codeOf } from './bundle.ts'

export interface EntrySize {
  /** What the app imports. */
  readonly what: string
  readonly minified: number
  readonly brotli: number
  /** What it may not exceed, in bytes of brotli: `sizeBudgets` in package.json. */
  readonly budget: number
}

/** What an app that imports it carries of it; the frameworks are there anyway. */
const imports: Readonly<Record<string, readonly [entry: string, names: string]>> = {
  tokenring: ['index', '{ createTokenManager }'],
  'tokenring with dpop': ['index', '{ createTokenManager, dpop }'],
  'tokenring/react': ['react/index', '*'],
  'tokenring/vue': ['vue/index', '*'],
  'tokenring/angular': ['angular/index', '*'],
  'tokenring/providers, one of them': ['providers/index', '{ auth0 }'],
  'tokenring/report': ['report/index', '*'],
  'tokenring/token-proxy': ['token-proxy/index', '*'],
}

/** Bundles each entry with its dependencies, minified and compressed. */
export async function entrySizes(): Promise<EntrySize[]> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const { sizeBudgets } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly sizeBudgets: Readonly<Record<string, number>>
  }
  const sizes: EntrySize[] = []
  const add = (what: string, code: string): void => {
    const brotli = brotliCompressSync(code).length
    sizes.push({ what, minified: code.length, brotli, budget: sizeBudgets[what] ?? 0 })
  }
  const bundled = async (source: string): Promise<string> => codeOf(await bundle(source, root))
  const from = (entry: string, names: string): string => {
    const path = fileURLToPath(new URL(`../../src/${entry}.ts`, import.meta.url))
    return `export ${names} from ${JSON.stringify(path)};`
  }
  for (const [what, [entry, names]] of Object.entries(imports)) {
    add(what, await bundled(from(entry, names)))
  }
  const courier = from('courier/index', '{ courier }')
  add(
    'tokenring with tokenring/courier',
    await bundled(from('index', '{ createTokenManager }') + courier),
  )
  const idle = from('idle/index', '{ idle }')
  add(
    'tokenring with tokenring/idle',
    await bundled(from('index', '{ createTokenManager }') + idle),
  )
  const popup = from('popup/index', '{ signInWithPopup }')
  add(
    'tokenring with tokenring/popup',
    await bundled(from('index', '{ createTokenManager }') + popup),
  )
  add('tokenring/courier, the file of its worker', (await buildCourierFile()).code)
  return sizes
}
