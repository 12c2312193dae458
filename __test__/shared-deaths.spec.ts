/**
 * Processes that share caches and are killed at random moments, left as zombies, stopped, or end by themselves: nobody
 * ever gets a wrong value, nobody waits for the dead or robs the living, and what is left is in order. KILLS=… kills
 * more of them, STOPS=… stops more. `make soak-deaths` does so, and measures.
 */
import { describe, it } from 'vitest'
import { expectSuccess, runCrash } from './support/program'

const [KILLS, STOPS] = [process.env.KILLS ?? '300', process.env.STOPS ?? '2']
/** Starting a process takes a tenth of a second of a processor, which may be busy; somebody may be stopped for 2 s. */
const DEADLINE_MS = 60_000 + 1_000 * Number(KILLS) + 10_000 * Number(STOPS)

describe.skipIf(process.platform === 'win32')('processes that are killed at any moment', () => {
  it(`harm nobody: ${KILLS} of them`, { timeout: DEADLINE_MS + 10_000 }, () => {
    expectSuccess(runCrash('deaths.cjs', { KILLS, STOPS, LONGEST_STOP: '2' }, DEADLINE_MS))
  })

  // Who has which lock, Linux alone shows.
  it.skipIf(process.platform !== 'linux')('leave parts that the survivors go on writing to', () => {
    expectSuccess(runCrash('recovery.cjs', { SAMPLES: '10' }, 50_000))
  })
})
