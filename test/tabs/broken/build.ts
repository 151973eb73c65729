// What is loaded once more with some places changed.
export { createMail } from '../../../src/core/rotation/mail.ts'
export { deliverLetter } from '../../../src/courier/deliver-letter.ts'
export { createTokenManager } from '../../../src/manager/token-manager.ts'
