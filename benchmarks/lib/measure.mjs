// Times sweeps of calls until the numbers stand still, and checks that the calls did what the case says.
// A sweep is a synchronous or asynchronous function of the case: it calls the subject `calls` times from one
// call site and returns the sum of the results. `prepare` runs before each sweep, outside the time.

import { median, spread } from './statistics.mjs'

const BATCH_NS = 20_000_000
const STEADY = 0.04

/** What ends a child without a number: the results were not what the function returns, or a hit was none. */
export class WrongResult extends Error {}

/** Nanoseconds per call: the median of timed batches, after as many untimed ones as it takes to settle. */
export async function nsPerCall({ sweep, prepare, calls, quick }) {
  const limits = quick ? { warm: 4, timed: 3, budget: 400 } : { warm: 7, timed: 4, budget: 500 }
  const started = performance.now()
  const outOfTime = (share) => performance.now() - started > limits.budget * share
  const step = () => batch({ sweep, prepare, calls })

  let before = await step()
  for (let n = 1; n < limits.warm && !outOfTime(0.5); n++) {
    const now = await step()
    const settled = Math.abs(now - before) <= STEADY * before
    before = now
    if (settled && n >= 3) break
  }
  const timed = []
  while (timed.length < limits.timed && (timed.length === 0 || !outOfTime(1))) timed.push(await step())
  return { ns: median(timed), spread: spread(timed) }
}

/**
 * The same for calls that must all be hits. The first sweep fills the cache; `expected` is the sum that the
 * plain function gives; `computed` tells how often the plain function has run.
 */
export async function nsPerHit({ sweep, prepare, calls, expected, computed, quick }) {
  prepare?.()
  await fill(sweep, expected)
  globalThis.gc?.()
  const filled = computed()
  prepare?.()
  await fill(sweep, expected)
  const measured = await nsPerCall({ sweep, prepare, calls, quick })
  if (computed() !== filled) throw new WrongResult(`computed again ${computed() - filled} times: not hits`)
  return measured
}

async function fill(sweep, expected) {
  const sum = await sweep()
  if (sum !== expected) throw new WrongResult(`results add up to ${sum}, not to ${expected}`)
}

let sink = 0

async function batch({ sweep, prepare, calls }) {
  let elapsed = 0
  let sweeps = 0
  while (elapsed < BATCH_NS) {
    prepare?.()
    const start = process.hrtime.bigint()
    const sum = sweep()
    sink += typeof sum === 'number' ? sum : await sum
    elapsed += Number(process.hrtime.bigint() - start)
    sweeps++
  }
  return elapsed / sweeps / calls
}

/** Everything that was computed ends here, and the process prints it: no loop may be optimised away. */
export const consumed = () => sink
