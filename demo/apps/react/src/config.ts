/** Where the demo's servers are, and what they call this app. */
export const issuer = 'http://localhost:5001'
export const apiUrl = 'http://localhost:5002'
export const clientId = 'tokenring-demo'
export const scope = 'openid profile orders:read orders:write'
