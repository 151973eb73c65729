/** What a page is told about the servers, by the server or the folder that it comes from. */
export interface Facts {
  readonly issuer: string
  readonly apiOrigin: string
  readonly clientId: string
  readonly twentyLinesClientId: string
  readonly scope: string
  readonly accessTokenTtlSeconds: number
}

const texts = ['issuer', 'apiOrigin', 'clientId', 'twentyLinesClientId', 'scope'] as const

export async function readFacts(): Promise<Facts> {
  const response = await fetch('./facts.json')
  const facts = (await response.json()) as Partial<Facts>
  for (const name of texts) {
    if (typeof facts[name] !== 'string') throw new TypeError(`facts.json has no text "${name}".`)
  }
  if (typeof facts.accessTokenTtlSeconds !== 'number') {
    throw new TypeError('facts.json has no number "accessTokenTtlSeconds".')
  }
  return facts as Facts
}
