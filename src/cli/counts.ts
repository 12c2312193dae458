/** What caches count, under the names of `cacheInfo()`, and what has been counted between two looks at all of them. */
import type { SharedCache, SharedCounts, SharedFiles } from '../addon'
import {
  COALESCED,
  type Counters,
  DETACHED,
  ERRORS,
  HITS,
  MISSES,
  NEAR_HITS,
  newNativeCounters,
  OVERSIZE_SKIPS,
  UNSTORABLE,
} from '../stats'

/** Calls, by how they were answered. */
export interface Calls {
  readonly hits: number
  readonly misses: number
  readonly coalesced: number
  /** Hits among all calls; null if there were none. */
  readonly ratio: number | null
}

export function callsOf(counters: ArrayLike<number>): Calls {
  const hits = counters[HITS] + counters[NEAR_HITS]
  const [misses, coalesced] = [counters[MISSES], counters[COALESCED]]
  const calls = hits + misses + coalesced
  return { hits, misses, coalesced, ratio: calls > 0 ? hits / calls : null }
}

/** Everything that was counted since the cache was last cleared. */
export function allOf({ counters, ...counts }: SharedCounts) {
  return {
    ...callsOf(counters),
    nearHits: counters[NEAR_HITS],
    evictions: counts.evictions,
    expirations: counts.expirations,
    oversizeSkips: counters[OVERSIZE_SKIPS],
    unstorable: counters[UNSTORABLE],
    errors: counters[ERRORS],
    skippedWrites: counts.skippedWrites,
    detached: counters[DETACHED],
  }
}

/** All caches at one moment. */
export interface Sample {
  /** Milliseconds of some clock. */
  readonly at: number
  readonly caches: readonly (readonly [SharedCache, SharedCounts])[]
}

/** Looks at every cache whose file can be read, or at those that `wanted` says. */
export function sample(files: SharedFiles, wanted: (cache: SharedCache) => boolean): Sample {
  const caches = files.caches().filter(wanted)
  const counted = caches.flatMap((cache) => {
    const counts = cache.isRetired || cache.identity === undefined ? null : files.counts(cache.file)
    return counts === null ? [] : [[cache, counts] as const]
  })
  return { at: performance.now(), caches: counted }
}

/** What has happened to a cache between two samples, and how it is since. */
export interface Activity extends Calls {
  readonly name: string
  readonly file: string
  readonly entries: number
  readonly maxSize: number
  readonly bytes: number
  readonly maxBytes: number
  readonly evictions: number
  /** What living processes had a part in that. */
  readonly processes: readonly (Calls & { readonly pid: number })[]
}

export interface Frame {
  readonly seconds: number
  readonly caches: readonly Activity[]
}

export function between(before: Sample, after: Sample): Frame {
  const earlier = new Map(before.caches.map(([{ file }, counts]) => [file, counts]))
  const caches = after.caches.map(([cache, counts]) => activity(cache, earlier.get(cache.file), counts))
  return { seconds: (after.at - before.at) / 1000, caches }
}

function activity(cache: SharedCache, before: SharedCounts | undefined, after: SharedCounts): Activity {
  const { name, maxSize, bound } = cache.identity!
  const earlier = new Map(before?.stripes.map(({ stripe, counters }) => [stripe, counters]))
  const sums = new Map(cache.processes.map((pid) => [pid, newNativeCounters()]))
  const all = newNativeCounters()
  for (const { stripe, process, counters } of after.stripes) {
    const known = earlier.get(stripe)
    // Clearing leaves stripes as they are. Whatever is less than it was belongs to another file in the same place.
    const counted = counters.map((value, i) => since(known?.[i] ?? 0, value))
    add(all, counted)
    const own = process === undefined ? undefined : sums.get(process)
    if (own !== undefined) add(own, counted)
  }
  return {
    name,
    file: cache.file,
    ...callsOf(all),
    entries: after.entries,
    maxSize,
    bytes: after.bytes,
    maxBytes: bound,
    evictions: since(before?.evictions ?? 0, after.evictions),
    processes: [...sums].map(([pid, counters]) => ({ pid, ...callsOf(counters) })),
  }
}

const since = (before: number, after: number) => (after >= before ? after - before : after)

function add(sum: Counters, counters: readonly number[]): void {
  for (const [i, value] of counters.entries()) sum[i] += value
}
