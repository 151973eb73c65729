import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { HtmlTagDescriptor, Plugin } from 'vite'

export interface BuildPagesOptions {
  /** Without it the files are readable, and have source maps. */
  readonly minify: boolean
  /** Put at the beginning of every page's head. */
  readonly tags?: readonly HtmlTagDescriptor[]
  readonly plugins?: readonly Plugin[]
}

/** Pages of another folder that are served beside the first ones, with another policy. */
export interface FurtherPages {
  readonly root: string
  /** Its content security policy. */
  policy(): string
}

/** The built files by their path. They refer to each other by relative URLs. */
export type BuiltFiles = ReadonlyMap<string, string | Uint8Array>

const sources = fileURLToPath(new URL('../src', import.meta.url))

/** The library by its name, as an app has it, and yet from the sources. */
const packageByName = [
  { find: /^tokenring$/, replacement: `${sources}/index.ts` },
  { find: /^tokenring\/([\w-]+)$/, replacement: `${sources}/$1/index.ts` },
]

/** Bundles every HTML page directly in the folder `root` with the library, from the sources. */
export async function buildPages(root: string, options: BuildPagesOptions): Promise<BuiltFiles> {
  const { minify, tags = [], plugins = [] } = options
  const pages = (await readdir(root)).filter((name) => name.endsWith('.html'))
  const built = await build({
    configFile: false,
    root,
    base: './',
    logLevel: 'error',
    // Otherwise a build that a test runs would be another one than that of the demo.
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
    resolve: { alias: packageByName },
    plugins: [{ name: 'head-tags', transformIndexHtml: () => [...tags] }, ...plugins],
    build: {
      write: false,
      minify,
      sourcemap: !minify,
      modulePreload: false,
      // Top-level await.
      target: 'es2022',
      rolldownOptions: { input: pages.map((page) => join(root, page)) },
    },
  })
  if (!('output' in built)) throw new Error(`${root} was not built into one bundle.`)
  return new Map(
    built.output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]),
  )
}
