import { courierScriptOf, scriptOf, type Script } from './script.ts'
import { describeTally, explainSeed, playSeeds } from './seeds.ts'

/** Every other one has a courier. */
function soakScriptOf(seed: number): Script {
  return seed % 2 === 0 ? scriptOf(seed) : courierScriptOf(seed)
}

/**
 * Plays as many schedules as the minutes allow, none of which `npm test` plays. Whether all kept every
 * promise. Two that run side by side need seeds of their own.
 */
export async function soak(minutes: number, first: number = Date.now()): Promise<boolean> {
  const until = Date.now() + minutes * 60_000
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  let told = Date.now()
  const isEnough = (schedules: number): boolean => {
    if (Date.now() - told > 60_000) {
      told = Date.now()
      say(`${schedules} schedules so far`)
    }
    return Date.now() >= until
  }
  const tally = await playSeeds(first, isEnough, undefined, soakScriptOf)
  say(`${describeTally(tally)}; seeds from ${first} on, in ${minutes} min`)
  const { failing } = tally
  if (failing === undefined) return true
  say(await explainSeed(failing, undefined, soakScriptOf(failing)))
  return false
}
