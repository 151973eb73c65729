const ownedParameters = [
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'state',
  'nonce',
  // What these ask for is checked in the reply, so it has to be known.
  'scope',
  'max_age',
  'code_challenge',
  'code_challenge_method',
  'dpop_jkt',
  'request',
  'request_uri',
]

/** @throws {TypeError} Names a parameter that an app may not set by itself. */
export function refuseOwned(parameters: Readonly<Record<string, string>>): void {
  const owned = ownedParameters.find((name) => Object.hasOwn(parameters, name))
  if (owned)
    throw new TypeError(`parameters.${owned} is set by the protocol or by an option of its own`)
}

/** The address with these parameters besides its own. */
export function withParameters(
  endpoint: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url.href
}
