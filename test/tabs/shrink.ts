import type { Entry, Script } from './script.ts'

/** Whether a script still fails in the way it is about. */
type Fails = (script: Script) => Promise<boolean>

/**
 * Takes away from a failing script whatever it fails without: runs of entries, long ones first; then
 * tabs; then disorder. What is left fails in the same way.
 */
export async function shrink(script: Script, fails: Fails): Promise<Script> {
  let smallest = script
  const tryScript = async (candidate: Script): Promise<boolean> => {
    const isSmaller = await fails(candidate)
    if (isSmaller) smallest = candidate
    return isSmaller
  }
  for (let before: Script | undefined; before !== smallest;) {
    before = smallest
    await takeAway(() => smallest, tryScript)
    await simplify(() => smallest, tryScript)
    const { setting } = smallest
    if (setting.tabs > 1) {
      await tryScript({ ...smallest, setting: { ...setting, tabs: setting.tabs - 1 } })
    }
  }
  return smallest
}

async function takeAway(current: () => Script, tryScript: Fails): Promise<void> {
  for (let length = current().entries.length; length >= 1; length = Math.floor(length / 2)) {
    for (let from = current().entries.length - length; from >= 0;) {
      const { setting, entries } = current()
      const rest = [...entries.slice(0, from), ...entries.slice(from + length)]
      await tryScript({ setting, entries: rest })
      from -= length
    }
  }
}

/** Every number as small as it may be. */
async function simplify(current: () => Script, tryScript: Fails): Promise<void> {
  for (let index = 0; index < current().entries.length; index += 1) {
    const entry = current().entries[index]
    for (const simpler of entry ? simplerThan(entry) : []) {
      const { setting, entries } = current()
      const candidate = [...entries.slice(0, index), simpler, ...entries.slice(index + 1)]
      if (await tryScript({ setting, entries: candidate })) break
    }
  }
}

function simplerThan(entry: Entry): readonly Entry[] {
  if ('pick' in entry) {
    return [0, 1, 2, 3, 4].flatMap((pick) => (pick < entry.pick ? [{ ...entry, pick }] : []))
  }
  if ('tab' in entry) {
    return [0, 1, 2].flatMap((tab) => (tab < entry.tab ? [{ ...entry, tab }] : []))
  }
  return []
}
