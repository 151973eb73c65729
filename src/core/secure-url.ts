/** Whether nobody can read on the way what is sent there: https, or loopback, which never leaves the machine. */
export function isSecureUrl({
  protocol,
  hostname,
}: {
  readonly protocol: string
  readonly hostname: string
}): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/** RFC 6761 §6.3 and RFC 1122 §3.2.1.3, as browsers take them; `hostname` is one that a URL parser wrote. */
function isLoopback(hostname: string): boolean {
  return /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
