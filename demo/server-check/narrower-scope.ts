/** What makes it a sign-in, and what makes refresh tokens: left alone. */
const kept = ['openid', 'offline_access']

/** The scope without one of its words; nothing if no word can be spared. */
export function narrowerScope(scope: string): string | undefined {
  const words = scope.split(' ').filter((word) => word !== '')
  const spare = words.findLast((word) => !kept.includes(word))
  const rest = words.filter((word) => word !== spare)
  return spare === undefined || rest.length === 0 ? undefined : rest.join(' ')
}
