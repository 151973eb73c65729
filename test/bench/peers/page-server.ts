import { fileURLToPath } from 'node:url'
import { listen, sendHtml } from '../../../demo/http.ts'
import type { Listener } from '../../../demo/http.ts'
import { bundle } from '../bundle.ts'
import type { SubjectInfo } from './subjects.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Says to the page around it what its address is, as keycloak-js wants it. */
const silentCheckPage =
  '<!doctype html><script>parent.postMessage(location.href, location.origin)</script>'

/** Serves a page for each subject, at its id. */
export async function startPageServer(subjects: readonly SubjectInfo[]): Promise<Listener> {
  const scripts = new Map<string, string>()
  for (const { id } of subjects) {
    const source = `import { start } from './subjects/${id}.ts'
      import { openBench } from './page/bench.ts'
      openBench(start)`
    for (const { name, code } of await bundle(source, folder)) scripts.set(`/${id}/${name}`, code)
  }
  const listener = await listen(0)
  listener.handle = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', listener.origin)
    const script = scripts.get(pathname)
    const [, id = ''] = pathname.split('/')
    if (script !== undefined) {
      response.writeHead(200, {
        'content-type': 'text/javascript',
        'cache-control': 'max-age=86400',
      })
      response.end(script)
    } else if (pathname.endsWith('/silent-check-sso.html')) {
      sendHtml(response, 200, silentCheckPage)
    } else if (scripts.has(`/${id}/entry.js`)) {
      sendHtml(
        response,
        200,
        `<!doctype html><title>${id}</title><link rel="icon" href="data:,"><body><script type="module" src="/${id}/entry.js"></script>`,
      )
    } else response.writeHead(404).end()
  }
  return listener
}
