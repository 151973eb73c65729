import type { Advice } from './advise.ts'

/** The advice as code to begin with. */
export function writeOptions(advice: Advice): string {
  const { courier, postLogoutRedirectUri, ...options } = advice
  const { authorizationServer, clientId, scope, ...others } = options
  const lines = [
    ...Object.entries({ authorizationServer, clientId, scope }),
    ['redirectUri', 'https://app.example.com/callback'] as const,
    ...(postLogoutRedirectUri
      ? [['postLogoutRedirectUri', 'https://app.example.com/'] as const]
      : []),
    ...Object.entries(others),
    ['resourceServers', ['https://api.example.com/']] as const,
  ].flatMap(([name, value]) => (value === undefined ? [] : [`  ${name}: ${write(value, '  ')},`]))
  return [
    `import { createTokenManager } from 'tokenring'`,
    ...(courier ? [`import { courier } from 'tokenring/courier'`] : []),
    '',
    'const auth = createTokenManager({',
    ...lines,
    ...(courier ? [`  courier: courier({ serviceWorker: '/tokenring-courier.js' }),`] : []),
    '})',
    '',
  ].join('\n')
}

function write(value: unknown, indent: string): string {
  if (typeof value === 'string') {
    return `'${JSON.stringify(value)
      .slice(1, -1)
      .replaceAll(String.raw`\"`, '"')
      .replaceAll("'", String.raw`\'`)}'`
  }
  if (Array.isArray(value)) return `[${value.map((one) => write(one, indent)).join(', ')}]`
  const inner = Object.entries(value as object).map(
    ([name, member]) =>
      `${indent}  ${/^[a-z_]\w*$/i.test(name) ? name : write(name, '')}: ${write(member, `${indent}  `)},`,
  )
  return ['{', ...inner, `${indent}}`].join('\n')
}
