import { byId } from './elements.ts'

const everyMs = 1_000

/** Shows what a server counts, as long as somebody is looking. */
export async function showCounters(id: string, origin: string): Promise<never> {
  if (document.visibilityState === 'visible') {
    // A server that does not answer now may answer next time.
    await show(id, origin).catch(() => undefined)
  }
  await new Promise((resolve) => setTimeout(resolve, everyMs))
  return showCounters(id, origin)
}

async function show(id: string, origin: string): Promise<void> {
  const response = await fetch(`${origin}/demo/counters`)
  const counters = (await response.json()) as Record<string, number>
  for (const cell of byId(id).querySelectorAll<HTMLElement>('[data-counter]')) {
    cell.textContent = String(counters[cell.dataset['counter'] ?? ''] ?? '–')
  }
}
