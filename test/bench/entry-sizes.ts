import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'

export interface EntrySize {
  readonly what: string
  readonly minified: number
  readonly brotli: number
  readonly budget?: number
}

const index = fileURLToPath(new URL('../../src/index.ts', import.meta.url))

/** What an app carries that imports these names and nothing else: bundled, minified, compressed. */
export async function entrySizes(): Promise<EntrySize[]> {
  return [
    await sizeOf(
      'the default entry',
      `export { createTokenManager } from ${JSON.stringify(index)}`,
      15_000,
    ),
    await sizeOf(
      'the default entry with DPoP',
      `export { createTokenManager, dpop } from ${JSON.stringify(index)}`,
      16_500,
    ),
  ]
}

async function sizeOf(what: string, source: string, budget: number): Promise<EntrySize> {
  const entry = '\0entry'
  const result = (await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? source : undefined),
      },
    ],
    build: {
      write: false,
      modulePreload: false,
      target: 'es2022',
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  })) as Rolldown.RolldownOutput
  const code = result.output.map((file) => ('code' in file ? file.code : '')).join('')
  return { what, minified: code.length, brotli: brotliCompressSync(code).length, budget }
}
