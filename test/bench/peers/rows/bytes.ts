import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { bundle, codeOf } from '../../bundle.ts'
import { able, number, withBlanks } from './row.ts'
import type { Cell, Row } from './row.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))

export const bytes: Row = {
  id: 'bytes',
  async measure(stage) {
    const cells: Record<string, Cell[]> = {}
    for (const { id, imports } of able(stage, 'bytes')) {
      const code = codeOf(await bundle(`export ${imports}`, folder))
      const compressed = brotliCompressSync(code).length
      cells[id] = [number(compressed / 1_000, 1), number(code.length / 1_000, 1)]
    }
    return [
      {
        id: 'bytes',
        title: 'Size, kB',
        note: 'What the subject imports, with all it depends on.',
        columns: ['minified, brotli', 'minified'],
        cells: withBlanks(stage, 'bytes', 2, cells),
        plot: { file: 'bytes', left: ['minified'] },
      },
    ]
  },
}
