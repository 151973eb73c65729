/** RFC 6761 §6.3 and RFC 1122 §3.2.1.3, as browsers take them, in the spelling of URL parsers. */
const loopback = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/

/** Whether nobody can read on the way what is sent there: https, or loopback, which never leaves the machine. */
export function isSecureUrl({
  protocol,
  hostname,
}: {
  readonly protocol: string
  readonly hostname: string
}): boolean {
  return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname))
}
