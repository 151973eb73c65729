/**
 * Signs in users who are signed in at the server already, without asking them.
 *
 * @module tokenring/silent
 */
export { signInSilently, type SilentSignIn, type SilentSignInOptions } from './sign-in-silently.ts'
