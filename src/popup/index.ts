/**
 * Sign-in in a window of its own: the page stays, with everything that was typed into it.
 *
 * @module tokenring/popup
 */
export { signInWithPopup } from './sign-in-with-popup.ts'
export type { PopupSignInOptions } from './until-begun.ts'
