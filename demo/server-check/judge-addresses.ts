import type { Conclusions } from './conclude.ts'
import type { EndpointName } from './journal.ts'
import { nothingToDo } from './finding.ts'
import type { Finding, Named } from './finding.ts'

/** Whether a page finds the server's addresses, and may read what they answer. */
export function judgeAddresses(seen: Conclusions): readonly Finding[] {
  return [discovery(seen), tokenEndpoint(seen), ...others(seen)]
}

const valueInstead =
  'Pass the metadata by value in place of the issuer, as the options below do. (To go on here, open the address in a tab, and paste what it shows into the form.)'

function discovery({ discovery: found, endpoints }: Conclusions): Finding {
  const base = { id: 'discovery', title: 'Does a page find the server’s addresses?' }
  if (typeof found === 'object') {
    return {
      ...base,
      verdict: 'bad',
      seen: `The metadata is there, but calls the issuer “${found.otherIssuer}”.`,
      means:
        'Nobody can sign in: a client has to stop where the names differ, or it could be sent to somebody else’s server.',
      todo: 'Write the issuer exactly as the server does, with or without the slash at its end, and start again.',
    }
  }
  switch (found) {
    case 'good':
      return {
        ...base,
        verdict: 'good',
        seen: 'The metadata can be read, and calls the issuer as you do.',
        means: 'An app needs to know the issuer alone.',
        todo: nothingToDo,
      }
    case 'pasted':
      return {
        ...base,
        verdict: 'not-found-out',
        seen: 'Not found out: you have pasted the metadata.',
        means:
          'An app does not notice. When the server moves an address, the app has to be changed.',
        todo: 'Leave the field for the metadata empty to find out whether it is needed.',
      }
    case 'hidden':
      return {
        ...base,
        verdict: 'care',
        seen: 'The server answers, but its answer has no CORS headers for this page.',
        means: 'An app that knows the issuer alone cannot start.',
        todo: valueInstead,
        ask: 'Please send “Access-Control-Allow-Origin” with the metadata (/.well-known/openid-configuration).',
      }
    case 'silent':
      return {
        ...base,
        verdict: 'bad',
        seen: 'Nothing answers there.',
        means: 'An app cannot start.',
        todo: 'Look whether the issuer is right, whether the server runs, and whether this browser trusts its certificate.',
      }
    case 'none':
    case 'odd':
      return {
        ...base,
        verdict: endpoints.token === undefined ? 'bad' : 'care',
        seen:
          found === 'none'
            ? 'Neither of the two usual addresses has metadata.'
            : 'What is there is not metadata that names an authorization and a token endpoint over https.',
        means: 'An app that knows the issuer alone cannot start.',
        todo: `Look whether the issuer is right. If it is: ${valueInstead}`,
      }
  }
}

function tokenEndpoint({ endpoints, errorsReadable, signIn }: Conclusions): Finding {
  const base = { id: 'token-endpoint', title: 'May a page read what the token endpoint answers?' }
  const works = signIn === 'refresh-token' || signIn === 'no-refresh-token'
  if (endpoints.token === undefined || endpoints.token === 'silent') {
    return {
      ...base,
      verdict: endpoints.token === 'silent' ? 'bad' : 'not-found-out',
      seen:
        endpoints.token === 'silent'
          ? 'Nothing answers there.'
          : 'Not found out: its address is not known.',
      means: 'Without it nobody signs in.',
      todo: 'See above.',
    }
  }
  if (errorsReadable === true) {
    return {
      ...base,
      verdict: 'good',
      seen: 'Yes, also when it says no.',
      means: 'The app can tell a dead session from a network that is down.',
      todo: nothingToDo,
    }
  }
  const ask =
    'Please send “Access-Control-Allow-Origin” with every answer of the token endpoint, with status 400, 401, 429 and 5xx too.'
  if (works) {
    return {
      ...base,
      verdict: 'bad',
      seen: 'Only when it says yes: the answer to a made-up refresh token came without CORS headers.',
      means:
        'A session that is over looks like a network that is down: the app waits and tries again, and never offers a sign-in.',
      todo: 'Have it mended at the server, or put a proxy of your own before the token endpoint that adds the headers.',
      ask,
    }
  }
  return {
    ...base,
    verdict: 'bad',
    seen:
      signIn === 'none'
        ? 'The answer to a made-up refresh token came without CORS headers. Whether it is the same when it says yes shows at the sign-in.'
        : 'No: its answers have no CORS headers for this page.',
    means: 'A page cannot get tokens from this server.',
    todo: 'Look for “allowed origins”, “web origins” or “CORS” in the settings of the client, and add the origin of your page (here: the one that this page shows above). Without such a setting: a proxy of your own before the token endpoint.',
    ask,
  }
}

const uses: Readonly<
  Partial<Record<EndpointName, { title: string; without: string; todo: string }>>
> = {
  revocation: {
    title: 'May a page use the revocation endpoint?',
    without:
      'Signing out works, but the app cannot see whether the server has taken the refresh token back.',
    todo: 'Add the origin of your page at the server. tokenring sends the request all the same, and does not wait for it.',
  },
  userinfo: {
    title: 'May a page use the userinfo endpoint?',
    without: 'The app cannot ask there for the name and the picture of its user.',
    todo: 'Take them from the ID token (scope “profile”), where tokenring finds them without a request.',
  },
  jwks: {
    title: 'May a page read the server’s public keys?',
    without:
      'A page that checks signatures itself cannot. tokenring does not: it gets its tokens from the server directly.',
    todo: nothingToDo,
  },
}

function others({ endpoints }: Conclusions): readonly Finding[] {
  return (['revocation', 'userinfo', 'jwks'] as const).flatMap((name): readonly Finding[] => {
    const kind = endpoints[name]
    const use = uses[name]
    if (kind === undefined || !use) return []
    const base = { id: `cors-${name}`, title: use.title }
    if (kind === 'readable') {
      return [
        {
          ...base,
          verdict: 'good',
          seen: 'Yes.',
          means: 'Nothing is in the way.',
          todo: nothingToDo,
        },
      ]
    }
    return [
      {
        ...base,
        verdict: name === 'jwks' ? 'good' : 'care',
        seen:
          kind === 'hidden'
            ? 'No: it answers without CORS headers for this page.'
            : 'Nothing answers there.',
        means: use.without,
        todo: use.todo,
        ...(name !== 'jwks' && { ask: `Please send CORS headers from the ${name} endpoint.` }),
      },
    ]
  })
}

/** Whether a page is a client that this server takes, and gets a refresh token. */
export function judgeClient(seen: Conclusions, { scope, scopes }: Named): readonly Finding[] {
  const { client, signIn } = seen
  if (client === 'wants-secret') {
    return [
      {
        id: 'client',
        title: 'Does it take a client without a secret?',
        verdict: 'bad',
        seen: 'The token endpoint refused the client itself.',
        means: 'Nobody can sign in from a page alone: what a page holds is no secret.',
        todo: 'Make it a public client (“single-page application”, “no authentication”, PKCE). If this server has none, use tokenring/token-proxy, a small handler on your server that adds the secret. It can also be that the client identifier is misspelt.',
      },
    ]
  }
  if (signIn === 'none' || signIn === 'refresh-token') return []
  const base = {
    id: 'sign-in',
    title: 'Does a sign-in give a refresh token?',
    verdict: 'bad',
  } as const
  if (signIn === 'no-refresh-token') {
    const isAsked = scope.split(' ').includes('offline_access')
    return [
      {
        ...base,
        seen: 'An access token came, and no refresh token.',
        means: 'The session is over when the access token is.',
        todo: isAsked
          ? 'Allow the grant “refresh token” for this client, and “offline access” for the API.'
          : `Ask for the scope “offline_access”${scopes.includes('offline_access') ? ', which this server knows' : ''}, and allow the grant “refresh token” for this client.`,
      },
    ]
  }
  if (signIn === 'unreadable') {
    return [
      {
        ...base,
        seen: 'The person signed in, but the answer with the tokens was none that a page may read.',
        means: 'Nobody can sign in.',
        todo: 'See the token endpoint above.',
      },
    ]
  }
  return [
    {
      ...base,
      seen: `The sign-in was refused: “${signIn.refused}”.`,
      means: 'Nothing else could be tried.',
      todo: 'Look at the redirect URI, the scope and the grants that are allowed for this client, and sign in again.',
    },
  ]
}
