/** Where the app is that is tested. */
export const baseURL = 'http://localhost:5173'
