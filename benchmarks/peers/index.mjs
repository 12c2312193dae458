// The subjects in the order in which they are printed, and the file of each. Nothing is loaded before it is
// asked for: a process that measures one of them has no other in its heap.

const FILES = {
  'warp-cache': 'warp-cache.mjs',
  Map: 'map.mjs',
  'Map.get alone': 'map-get.mjs',
  'lru-cache': 'lru-cache.mjs',
  'lru-cache memo': 'lru-cache-memo.mjs',
  'lru-cache fetch': 'lru-cache-fetch.mjs',
  'quick-lru': 'quick-lru.mjs',
  'tiny-lru': 'tiny-lru.mjs',
  '@neophi/sieve-cache': 'sieve-cache.mjs',
  memoize: 'memoize.mjs',
  'p-memoize': 'p-memoize.mjs',
  'micro-memoize': 'micro-memoize.mjs',
  'nano-memoize': 'nano-memoize.mjs',
  memoizee: 'memoizee.mjs',
  'async-cache-dedupe': 'async-cache-dedupe.mjs',
  cacheable: 'cacheable.mjs',
  bentocache: 'bentocache.mjs',
  ocache: 'ocache.mjs',
}

/** Those that take part where the question is about them: mostly their values live outside V8's heap. */
const STORES = {
  'Map and a clock': 'map-clock.mjs',
  'native call alone': 'native-call.mjs',
  lmdb: 'lmdb.mjs',
  Redis: 'redis.mjs',
  'lru-cache-for-clusters-as-promised': 'lru-cache-for-clusters.mjs',
}

export const EVERY_PEER = Object.keys(FILES)

/** With those that do not take part in most cases. */
export const ALL_SUBJECTS = [...EVERY_PEER, ...Object.keys(STORES)]

/** Those that keep a bounded table, for cases about eviction and memory. */
export const BOUNDED = ['warp-cache', 'lru-cache', 'quick-lru', 'tiny-lru', '@neophi/sieve-cache']

export async function loadPeer(name) {
  const file = FILES[name] ?? STORES[name]
  if (file === undefined) throw new Error(`no such subject: ${name}`)
  return (await import(`./${file}`)).default
}
