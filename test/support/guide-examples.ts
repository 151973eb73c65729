import { readFileSync, readdirSync } from 'node:fs'
import { compileScript, parse } from 'vue/compiler-sfc'
import { compile } from '../package/compile.ts'
import { root } from '../package/source-files.ts'

export interface Example {
  readonly language: string
  /** What the example calls itself in its first line, or where it is. */
  readonly name: string
  readonly code: string
}

const fence = /^```(\w+)\n([\s\S]*?)^```$/gm
const title = /^(?:\/\/|<!--) ([\w.-]+?)\.(?:tsx?|vue)\b/

function examplesIn(place: string, markdown: string): Example[] {
  return [...markdown.matchAll(fence)].map(([, language = '', code = ''], index) => ({
    language,
    name: title.exec(code)?.[1] ?? `${place.replaceAll('.', '-')}-${index + 1}`,
    code,
  }))
}

/** The text of the docstrings, without their stars. */
function docstringsOf(source: string): string {
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)]
    .map(([comment]) => comment.replaceAll(/^\s*\* ?/gm, ''))
    .join('\n')
}

/** The examples in the guide and in the docstrings of a folder below `src/`. */
export function examplesOf(folder: string): Example[] {
  const path = `${root}src/${folder}/`
  return readdirSync(path).flatMap((file) => {
    const text = readFileSync(`${path}${file}`, 'utf8')
    return examplesIn(file, file.endsWith('.md') ? text : docstringsOf(text))
  })
}

/** A component of Vue as a module, with its template as the function that renders it. */
export function toComponentScript(name: string, code: string): string {
  const { descriptor, errors } = parse(code, { filename: `${name}.vue` })
  if (errors.length > 0) throw new Error(`${name}: ${String(errors[0])}`)
  return compileScript(descriptor, { id: name, inlineTemplate: true }).content
}

/** Compiles examples together, as files of one app; returns what the compiler complains of. */
export function compileExamples(name: string, files: Readonly<Record<string, string>>): string[] {
  const environment = [
    '/// <reference types="vite/client" />',
    "declare const auth: import('tokenring').TokenManager",
    // Nothing else here needs Next.
    "declare module 'next/navigation' { export function useRouter(): { replace(path: string): void } }",
    "declare module 'next/link' { export default function Link(props: { href: string; children: string }): import('react').ReactNode }",
  ]
  const entries = Object.entries(files).map(([file, code]) => [
    file,
    // What is compiled is what is here, not what is installed.
    code.replaceAll(/'tokenring\/(react|vue|angular)'/g, "'../../../src/$1/index.ts'"),
  ])
  const complaints = compile(name, {
    'environment.d.ts': `${environment.join('\n')}\n`,
    ...(Object.fromEntries(entries) as Record<string, string>),
  })
  // The lines that are set in say more about the one before.
  return complaints.filter((line) => !line.startsWith(' '))
}
