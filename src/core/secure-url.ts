/** Whether nobody can read on the way what is sent there: https, or loopback, which never leaves the machine. */
export function isSecureUrl(url: {
  readonly protocol: string
  readonly hostname: string
}): boolean {
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
}
