import { recordKey } from './protocol-facts.ts'
import type { Profile } from './tabs.ts'

/** What storage holds of the session. */
export async function storedRecord(profile: Profile): Promise<unknown> {
  return profile.store.read(recordKey)
}

/** Writes past the library, as another version of the app would. */
export async function overwriteRecord(profile: Profile, put: unknown): Promise<void> {
  await profile.store.update(recordKey, () => ({ put, result: undefined }))
}

export async function removeRecord(profile: Profile): Promise<void> {
  await profile.store.update(recordKey, () => ({ remove: true, result: undefined }))
}
