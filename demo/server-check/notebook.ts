import type { Journal } from './journal.ts'
import type { Metadata } from './metadata.ts'
import { parseJson } from './settings.ts'
import type { Settings } from './settings.ts'

/**
 * What this tab keeps while the person is at the login page. It holds no token; the verifier of the
 * sign-in that is under way is good for nothing without its code, and is removed before that is used.
 */
export interface Note {
  readonly settings: Settings
  readonly metadata: Metadata
  readonly journal: Journal
  readonly signIn?: SignInUnderWay
}

export interface SignInUnderWay {
  readonly state: string
  readonly verifier: string
}

const key = 'tokenring-server-check'

export function readNote(storage: Storage): Note | undefined {
  const note = parseJson(storage.getItem(key) ?? '') as Partial<Note> | null | undefined
  const isWhole =
    typeof note?.settings?.issuer === 'string' &&
    typeof note.metadata?.token_endpoint === 'string' &&
    Array.isArray(note.journal)
  return isWhole ? (note as Note) : undefined
}

export function writeNote(storage: Storage, note: Note | undefined): void {
  if (note) storage.setItem(key, JSON.stringify(note))
  else storage.removeItem(key)
}
