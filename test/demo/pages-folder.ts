import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const html = (script: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${script}</title>
    <script type="module" src="./${script}"></script>
  </head>
  <body></body>
</html>`

/** A folder with two small pages, one of them in TSX, and a page that is none of its own. */
export async function createPagesFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'pages-'))
  const files = {
    'index.html': html('index.tsx'),
    'index.tsx': 'document.title = String((<h1>Hello</h1>).type)',
    // In place of Preact, which is not found from here.
    'node_modules/preact/jsx-runtime.js': 'export const jsx = (type) => ({ type })',
    'other.html': html('other.ts'),
    'other.ts': "document.title = 'other page' as string",
    'deeper/index.html': html('../other.ts'),
  }
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return { path, remove: () => rm(path, { recursive: true }) }
}
