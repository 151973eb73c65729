/**
 * Whether this page is in a frame of another site. Browsers give such a frame storage of its own, so
 * what a window of its own would store never gets here.
 */
export function isInForeignFrame(): boolean {
  if (typeof window === 'undefined' || window.top === window.self) return false
  return originsAbove(window).some((origin) => !isSameSite(origin, location.origin))
}

/** Of every page above; an empty text for one that hides it. */
function originsAbove(frame: Window): readonly string[] {
  // Firefox has none.
  const { ancestorOrigins } = frame.location as { readonly ancestorOrigins?: DOMStringList }
  if (ancestorOrigins) return [...ancestorOrigins]
  const origins: string[] = []
  for (let page = frame; page !== page.parent; page = page.parent) {
    origins.push(originOf(page.parent))
  }
  return origins
}

function originOf(page: Window): string {
  try {
    return page.location.origin
  } catch {
    return ''
  }
}

/** Which domains belong together is on a list that no page has; a subdomain does for certain. */
function isSameSite(a: string, b: string): boolean {
  if (!URL.canParse(a) || !URL.canParse(b)) return false
  const [one, other] = [new URL(a), new URL(b)]
  const isBelow = (host: string, above: string): boolean => `.${host}`.endsWith(`.${above}`)
  return (
    one.protocol === other.protocol &&
    (isBelow(one.hostname, other.hostname) || isBelow(other.hostname, one.hostname))
  )
}
