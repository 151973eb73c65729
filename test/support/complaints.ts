import { afterEach, beforeEach, expect, vi } from 'vitest'

/**
 * Fails every test of the file in which anything is written to the console in one of these ways.
 *
 * @returns What was written; a test that expects some takes it away.
 */
export function failOnComplaints(...ways: readonly ('error' | 'warn')[]): unknown[] {
  const complaints: unknown[] = []
  const note = (...said: unknown[]): void => {
    complaints.push(said)
  }
  beforeEach(() => {
    for (const way of ways) vi.spyOn(console, way).mockImplementation(note)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    expect(complaints.splice(0)).toEqual([])
  })
  return complaints
}
