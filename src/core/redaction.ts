/** A secret of fewer characters protects nothing, and would be found in every second word. */
const shortestSecret = 8
const redacted = '[redacted]'
/** To look through more takes a time that a user notices; nobody says so much in words. */
const longestText = 20_000
/** Escaped texts stand in one another: a form that is repeated in a member of a JSON reply, say. */
const deepest = 4

/**
 * What somebody else says, without the secrets in it. One that is not there as it is but escaped, as in
 * URLs, forms, JSON or HTML, or in base64, takes the whole text with it. One of fewer than eight
 * characters is looked for as a word by itself. A text that is too long to be looked through goes as a whole.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  if (text.length > longestText) return redacted
  return secrets.reduce((rest, secret) => (secret ? withoutSecret(rest, secret) : rest), text)
}

function withoutSecret(text: string, secret: string): string {
  if (secret.length < shortestSecret) {
    const literally = secret.replaceAll(/\W/g, String.raw`\$&`)
    const alone = new RegExp(`(^|\\W)${literally}(?!\\w)`, 'g')
    return text.replaceAll(alone, (_, before: string) => before + redacted)
  }
  const rest = text.replaceAll(secret, redacted)
  const needle = visible(unescaped(secret))
  const plain = unescaped(rest)
  const coded = base64In(plain)
  const readings = [plain, ...coded, ...coded.flatMap(base64In)]
  const isThere = readings.some((reading) => visible(reading).includes(needle))
  return isThere && needle.length > 3 ? redacted : rest
}

const escape =
  /%([\da-f]{2})|\\u([\da-f]{4})|&#x([\da-f]{1,6});|&#(\d{1,7});|&([a-z]{2,6});|\\[nrt]|\\(.)/gi
/** With those of what a token is made of besides letters and digits. */
const named: Readonly<Record<string, string>> = {
  // A line that JSON has broken: base64 often stands in many.
  '': '',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  hyphen: '-',
  period: '.',
  lowbar: '_',
  plus: '+',
  sol: '/',
  equals: '=',
}

/** One spelling for all spellings of a text, as far as it is ASCII. */
function unescaped(text: string): string {
  let plain = text
  for (let depth = 0; depth < deepest; depth += 1) {
    plain = plain.replaceAll(escape, (all, url, json, hex, decimal, name = '', letter) => {
      const code = Number.parseInt(url ?? json ?? hex, 16) || Number(decimal)
      return code ? String.fromCharCode(code) : (letter ?? named[name] ?? all)
    })
  }
  return plain
}

/** What stands in base64, in lines or in one, from wherever in a run of such letters it may begin. */
function base64In(text: string): readonly string[] {
  return [...text.replaceAll(/\s/g, '').matchAll(/[\w+/-]{8,}/g)].flatMap(([run]) =>
    [0, 1, 2, 3].map((from) => unescaped(fromBase64(run.slice(from)))),
  )
}

/** Every runtime has it. */
declare function atob(code: string): string

function fromBase64(code: string): string {
  const plain = code.replaceAll('-', '+').replaceAll('_', '/')
  // One letter that is left over holds no byte, and is refused.
  return atob(plain.length % 4 === 1 ? plain.slice(0, -1) : plain)
}

/** Letters beyond ASCII have too many spellings, a blank is a plus sign in forms, and lines are broken. */
function visible(text: string): string {
  return text.replaceAll(/[^!-*,-~]/g, '')
}
