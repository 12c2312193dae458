/** The counters of a cache, in a form that a hit can write without leaving the inline cache. */

export const HITS = 0
export const MISSES = 1
export const COALESCED = 2
export const EVICTIONS = 3
export const EXPIRATIONS = 4
export const ERRORS = 5
export const STORE_ERRORS = 6
const COUNTERS = 7

/** Counters as doubles: a small integer that outgrows 31 bits would turn each increment into an allocation. */
export type Counters = Float64Array

export function newCounters(): Counters {
  return new Float64Array(COUNTERS)
}

/** Adds `counters` to `sum`. */
export function addCounters(sum: Counters, counters: Counters): void {
  for (let i = 0; i < COUNTERS; i++) sum[i] += counters[i]
}
