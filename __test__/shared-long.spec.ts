/**
 * Processes that share caches for a while, and are killed and replaced all the time: neither memory, descriptors,
 * mappings nor files grow, and nobody is given a wrong value. `make soak-hour` does so for an hour, and measures.
 */
import { describe, it } from 'vitest'
import { expectSuccess, runCrash } from './support/program'

const DEADLINE_MS = 170_000
/** A quarter of a minute, and heaps that are soon as large as they get. */
const SHORT = {
  MINUTES: '0.25',
  KILL_MS: '500',
  TOLERANCE: '0.1',
  NODE_OPTIONS: '--max-semi-space-size=1',
}

// What processes take is read from /proc.
describe.runIf(process.platform === 'linux')('a long run', () => {
  it('makes nothing grow', { timeout: DEADLINE_MS + 10_000 }, () => {
    expectSuccess(runCrash('long/run.cjs', SHORT, DEADLINE_MS))
  })
})
