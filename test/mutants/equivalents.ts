/** A change that changes nothing that anybody can see, so that no test can fail on it. */
interface Equivalent {
  /** Below `src/`. */
  readonly file: string
  /** The line of the source that it begins in. */
  readonly line: string
  /** As the tool prints them. */
  readonly original: string
  readonly text: string
  readonly why: string
}

export const equivalents: readonly Equivalent[] = [
  ...['18', '24', '60', '1_000'].map((original) => ({
    file: 'providers/mercado-pago.ts',
    line: 'const renewAheadMs = 18 * 24 * 60 * 60 * 1_000',
    original,
    text: String(Number(original.replace('_', '')) + 1),
    why: 'The manager takes a tenth of the 180 days at most, whatever more is asked for.',
  })),
  {
    file: 'adapters/fallback-token-store.ts',
    line: 'let isAsking = false',
    original: 'false',
    text: 'true',
    why: 'Nobody asks before the first read has failed, and hearing of that sets it.',
  },
  {
    file: 'adapters/fallback-token-store.ts',
    line: 'let notBeforeMonotonic = 0',
    original: '0',
    text: '1',
    why: 'The first read sets it, and nobody asks again before that one has failed.',
  },
  ...['failure', "responseInvalid('the code was refused')"].map((text) => ({
    file: 'oauth/code-redemption.ts',
    line: "throw failure ?? responseInvalid('the code was refused')",
    original: "failure ?? responseInvalid('the code was refused')",
    text,
    why: 'The last pause is endless, so that the loop is left with an error inside it.',
  })),
  {
    file: 'core/record/record-keeper.ts',
    line: 'return Math.max(newest?.epoch ?? 0, stored.epoch)',
    original: 'newest?.epoch ?? 0',
    text: 'newest?.epoch',
    why: 'Asked only of a tab that has decided something, and then has seen its own record.',
  },
  {
    file: 'core/record/session-record.ts',
    line: 'epoch: 0,',
    original: '0',
    text: '1',
    why: 'Every epoch that is begun is the wall clock in ms at least, which is far above both.',
  },
  {
    file: 'core/rotation/rotation.ts',
    line: 'lockHeld: lock?.isHeld() ?? false,',
    original: 'lock?.isHeld() ?? false',
    text: 'lock?.isHeld()',
    why: 'The plan only asks whether it is so.',
  },
  {
    file: 'manager/token-manager.ts',
    line: 'stopArming()',
    original: 'stopArming()',
    text: ';',
    why: 'A schedule that was disposed of arms nothing; the listener goes with the manager.',
  },
  {
    file: 'oauth/discovery.ts',
    line: 'let pauseMs = 0',
    original: '0',
    text: '1',
    why: 'Every attempt sets it before anybody reads it.',
  },
  {
    file: 'oauth/code-redemption.ts',
    line: 'const waitMs = Math.max(pauseMs, answer.retryAfterMs ?? 0)',
    original: '0',
    text: '1',
    why: 'Every pause is longer than a millisecond.',
  },
  {
    file: 'oauth/tab-sign-in.ts',
    line: "const { state, returnTo, at, awaitedAt } = parseJsonObject(tabStorage.get(key) ?? '') ?? {}",
    original: "tabStorage.get(key) ?? ''",
    text: 'tabStorage.get(key)',
    why: 'Neither nothing nor an empty text is JSON; only the type tells them apart.',
  },
  {
    file: 'core/session/session-lifecycle.ts',
    line: 'let isOvertaken = false',
    original: 'false',
    text: 'true',
    why: 'What begins the session sets it, and is asked once before anybody reads it.',
  },
  {
    file: 'oauth/token-request.ts',
    line: "return new Response(null, typeof answer === 'string' ? {} : { headers: answer.headers })",
    original: "'string'",
    text: "''",
    why: 'The word for a failure has no headers, and a response without any is what both ways make.',
  },
  ...['let decisions = 0', 'let signOuts = 0'].map((line) => ({
    file: 'core/session/session-lifecycle.ts',
    line,
    original: '0',
    text: '1',
    why: 'It is only asked whether it is what it was before.',
  })),
  {
    file: 'core/session/session-view.ts',
    line: "const scope = session?.scope ?? ''",
    original: "session?.scope ?? ''",
    text: 'session?.scope',
    why: 'A session keeps its scope, so that where there is none now nothing can be lacking.',
  },
  {
    file: 'core/rotation/failure-after.ts',
    line: '{ code, attempt, since = 0 }: Failure,',
    original: '0',
    text: '1',
    why: 'Every failure of this version has it; only the type of what was stored does not know.',
  },
  {
    file: 'react/use-kept-page.ts',
    line: 'const nothing = (): (() => void) => () => {}',
    original: '() => {}',
    text: 'undefined',
    why: 'React calls what subscribing has returned only if it is a function.',
  },
  {
    file: 'core/patiently.ts',
    line: 'if (leftMs > 1) cancel = clock.schedule(Math.min(leftMs, sliceMs), step)',
    original: 'leftMs > 1',
    text: '(leftMs >= 1)',
    why: 'No bound is of so few ms that one of them is left over after whole slices.',
  },
  {
    file: 'popup/login-window.ts',
    line: 'let shownAt = 0',
    original: '0',
    text: '1',
    why: 'Nobody asks before something is shown, which sets it.',
  },
  {
    file: 'courier/stored-record.ts',
    line: 'let isChanged = false',
    original: 'false',
    text: 'true',
    why: 'A transaction completes only after its read has said what there is, which sets it.',
  },
  {
    file: 'oauth/id-token.ts',
    line: 'const { iss, azp, auth_time = 0, nbf = 0 } = claims',
    original: '0',
    text: '1',
    why: 'All that is asked is whether it is a number.',
  },
  {
    file: 'oauth/token-answer.ts',
    line: 'const objection = idToken && claims && objectionTo(idToken, claims, server, clientId)',
    original: 'idToken && claims',
    text: '(idToken || claims)',
    why: 'There are claims if there is an ID token, and no others; only the type does not know.',
  },
  {
    file: 'http/request-replay.ts',
    line: 'signal: signal ?? undefined,',
    original: 'signal ?? undefined',
    text: 'signal',
    why: 'Neither is a signal, and all that is asked is whether there is one.',
  },
  {
    file: 'oauth/dpop.ts',
    line: "await exchange(known, { accessToken: 'none', method: 'GET', url }, async () => nonce)",
    original: "'GET'",
    text: "''",
    why: 'Nothing is sent: the request is made up so that its answer brings the nonce.',
  },
  {
    file: 'http/request-replay.ts',
    line: "const hasBody = request && canReplay && method !== 'GET' && method !== 'HEAD'",
    original: "'GET'",
    text: "''",
    why: 'A request without a body is copied for nothing, and sent in the same way.',
  },
  {
    file: 'adapters/random.ts',
    line: "id: () => crypto.getRandomValues(new Uint32Array(4)).join('-'),",
    original: "'-'",
    text: "''",
    why: 'Four random numbers in a row are a name as well.',
  },
  {
    file: 'core/record/record-keeper.ts',
    line: ".catch(refuse('STORE_WRITE', 'written'))",
    original: "'written'",
    text: "''",
    why: 'A word of a message, on whose wording nothing depends.',
  },
]
