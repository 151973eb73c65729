import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { PageServer } from '../../demo/servers.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

/** Serves a folder as hosts of single-page apps do: what is no file is the app. */
export function serveFolder(folder: () => string): PageServer {
  return {
    handle(request, response) {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      const asked = join(folder(), pathname)
      const isFile = existsSync(asked) && statSync(asked).isFile()
      const path = isFile ? asked : join(folder(), 'index.html')
      const type = types[extname(path)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' })
      response.end(readFileSync(path))
    },
  }
}
