import type { LetterMessage } from '../../src/courier/letter-message.ts'

/** A letter under way, with these members in the place of its own. */
export function letterMessage(members: Partial<LetterMessage> = {}): LetterMessage {
  return {
    tokenring: 'letter',
    v: 1,
    id: 'letter 1',
    url: 'https://login.example.com/token',
    accept: 'application/json',
    body: 'grant_type=refresh_token&refresh_token=rt-1&client_id=spa',
    notAfter: Date.UTC(2030, 0, 1) + 4_000,
    leftMs: 4_000,
    timeoutMs: 10_000,
    database: 'tokenring',
    objectStore: 'records',
    key: 'session x',
    channel: 'tokenring x',
    ...members,
  }
}
