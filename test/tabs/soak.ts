import { describeTally, explainSeed, playSeeds } from './seeds.ts'

/**
 * Plays as many schedules as the minutes allow, none of which `npm test` plays. Whether all kept every
 * promise. Two that run side by side need seeds of their own.
 */
export async function soak(minutes: number, first: number = Date.now()): Promise<boolean> {
  const until = Date.now() + minutes * 60_000
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  let told = Date.now()
  const tally = await playSeeds(first, (schedules) => {
    if (Date.now() - told > 60_000) {
      told = Date.now()
      say(`${schedules} schedules so far`)
    }
    return Date.now() >= until
  })
  say(`${describeTally(tally)}; seeds from ${first} on, in ${minutes} min`)
  if (tally.failing === undefined) return true
  say(await explainSeed(tally.failing))
  return false
}
