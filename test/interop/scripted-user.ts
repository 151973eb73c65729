/** Somebody with a browser that keeps cookies, follows redirects and sends forms as they are. */
export interface ScriptedUser {
  /** Goes to `address` and on from there, and returns where that comes to at `arrivesAt`. */
  follow(address: string, arrivesAt: string): Promise<string>
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

const mostSteps = 12

export function createScriptedUser(): ScriptedUser {
  const jar = new Map<string, Cookie>()

  function remember(response: Response, url: URL): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/)
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      const named = attributes.find((attribute) => /^path=/i.test(attribute))
      const path = named?.slice('path='.length) ?? url.pathname
      if (value === '') jar.delete(`${path} ${name}`)
      else jar.set(`${path} ${name}`, { name, value, path })
    }
  }

  async function load(url: URL, form?: URLSearchParams): Promise<Response> {
    const cookie = [...jar.values()]
      .filter(({ path }) => url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie, accept: 'text/html' },
      ...(form && { method: 'POST', body: form }),
    })
    remember(response, url)
    return response
  }

  return {
    async follow(address, arrivesAt) {
      let url = new URL(address)
      let response = await load(url)
      for (let step = 0; step < mostSteps; step += 1) {
        const location = response.headers.get('location')
        if (location === null) {
          const page = await response.text()
          const form = readForm(page, url)
          if (!form) throw new Error(`${url.pathname} says ${response.status}: ${page}`)
          url = form.action
          response = await load(url, form.fields)
          continue
        }
        url = new URL(location, url)
        if (url.href.startsWith(arrivesAt)) return url.href
        response = await load(url)
      }
      throw new Error(`Nothing led to ${arrivesAt}.`)
    },
  }
}

/** The only forms are those of a sign-out, to which the user says yes. */
function readForm(
  page: string,
  base: URL,
): { readonly action: URL; readonly fields: URLSearchParams } | undefined {
  const action = /<form[^>]*\saction="([^"]+)"/.exec(page)?.[1]
  if (action === undefined) return undefined
  const fields = new URLSearchParams({ logout: 'yes' })
  for (const [input] of page.matchAll(/<input[^>]*>/g)) {
    const name = /\sname="([^"]*)"/.exec(input)?.[1]
    if (name !== undefined) fields.set(name, /\svalue="([^"]*)"/.exec(input)?.[1] ?? '')
  }
  return { action: new URL(action, base), fields }
}
