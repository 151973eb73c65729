/**
 * The code challenge for a verifier (RFC 7636 §4.2). oauth4webapi's own takes the digest for none
 * where that is an `ArrayBuffer` of another realm, as in tests with jsdom.
 */
export async function codeChallengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replace(/=/g, '')
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
}
