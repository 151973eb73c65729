/**
 * Where the app wants to go after sign-in, as a path of this origin; nothing for anything else, so
 * that a sign-in cannot be made to end on a stranger's page (RFC 9700 §4.11.1).
 */
export function parseReturnTo(returnTo: unknown, pageUrl: string): string | undefined {
  if (typeof returnTo !== 'string' || !URL.canParse(returnTo, pageUrl)) return undefined
  const page = new URL(pageUrl)
  const url = new URL(returnTo, page)
  const path = url.pathname + url.search + url.hash
  // What is returned is resolved once more by whoever uses it, and must not leave the origin then.
  const isOurs =
    url.origin === page.origin &&
    URL.canParse(path, pageUrl) &&
    new URL(path, page).href === url.href
  return isOurs ? path : undefined
}
