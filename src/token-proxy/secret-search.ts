import { basicCredentials } from './upstream-request.ts'

/**
 * Makes the question whether a text holds the client secret: as it is, in base64 (by itself or as Basic
 * credentials), or escaped as in URLs, forms, JSON or HTML.
 */
export function createSecretSearch(
  clientId: string,
  clientSecret: string,
): (text: string) => boolean {
  const inBase64 = [
    toBase64(clientSecret),
    toBase64(`${clientId}:${clientSecret}`),
    basicCredentials(clientId, clientSecret),
  ].map((text) => text.replace(/=+$/, ''))
  const needles = [
    clientSecret,
    clientSecret.replaceAll(' ', '+'),
    ...inBase64,
    ...inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
  return (text) => readings(text).some((reading) => needles.some((one) => reading.includes(one)))
}

/**
 * The ways a text can be meant. Escaped texts stand in one another: a server that repeats a JSON body in
 * a member of its reply has escaped it twice.
 */
function readings(text: string): readonly string[] {
  const all = new Set([text])
  let latest = [text]
  for (let depth = 0; depth < deepest; depth += 1) {
    const found = latest.flatMap((one) => [unescapeJson(one), unescapeUrl(one), unescapeHtml(one)])
    latest = [...new Set(found)].filter((one) => !all.has(one))
    for (const one of latest) all.add(one)
  }
  return [...all]
}

const deepest = 3

/** Byte by byte: what is no UTF-8, such as the rest of a letter that was cut off, hides nothing beside it. */
function unescapeUrl(text: string): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    const codes = escaped.slice(1).split('%')
    return decoder.decode(Uint8Array.from(codes, (code) => Number.parseInt(code, 16)))
  })
}

function unescapeJson(text: string): string {
  const short: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
  return text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, code?: string, letter = '') =>
    code === undefined ? (short[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

/** The entities of what ASCII has besides letters and digits; encoders differ in which they use. */
const named = new Map(
  [
    'amp & lt < gt > quot " apos \' excl ! num # dollar $ percnt % lpar ( rpar ) ast * plus + comma , hyphen -',
    'period . sol / colon : semi ; equals = quest ? commat @ lsqb [ bsol \\ rsqb ] Hat ^ lowbar _ grave `',
    'lcub { verbar | rcub }',
  ].flatMap((line) => [...line.matchAll(/(\w+) (\S)/g)].map(([, name, sign]) => [name, sign])),
)

function unescapeHtml(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,6}));/gi,
    (escaped, hex?: string, decimal?: string, name = '') => {
      const code = hex === undefined ? Number(decimal ?? NaN) : Number.parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : (named.get(name) ?? escaped)
    },
  )
}

function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
