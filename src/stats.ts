/** The counters of a cache, in a form that a hit can write without leaving the inline cache. */

export const HITS = 0
export const MISSES = 1
export const COALESCED = 2
export const EVICTIONS = 3
export const EXPIRATIONS = 4
export const ERRORS = 5
export const STORE_ERRORS = 6
const COUNTERS = 7

// Of tables in native memory, whose evictions and expirations are counted there.
/** Hits that the near table served: `HITS` does not count these. */
export const NEAR_HITS = 7
export const OVERSIZE_SKIPS = 8
export const UNSTORABLE = 9
/** Calls that found no table to look in. */
export const DETACHED = 10
/** What native code adds to, so that this isolate can see whether it sees that. */
export const PROBE = 11
const NATIVE_COUNTERS = 12

/** Counters as doubles: a small integer that outgrows 31 bits would turn each increment into an allocation. */
export type Counters = Float64Array

export function newCounters(): Counters {
  return new Float64Array(COUNTERS)
}

/** Counters of a native table, where they cannot be in its memory. */
export function newNativeCounters(): Counters {
  return new Float64Array(NATIVE_COUNTERS)
}

/** Adds `counters` to `sum`. */
export function addCounters(sum: Counters, counters: Counters): void {
  for (let i = 0; i < COUNTERS; i++) sum[i] += counters[i]
}
