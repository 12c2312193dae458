/** The caches of the long run, and how its processes use them. */
'use strict'
const { open, random } = require('../values.cjs')

const KEYS = 20_000
/**
 * `lasting` is bounded by its bytes, and never cleared, so its counters must add up. `expiring` is bounded by its
 * entries, forgets them after 2 s, and everything now and then. `passing` is only used by threads: where one ends, its
 * process leaves the file.
 */
const CACHES = {
  lasting: { maxSize: 20_000, maxBytes: 16 * 2 ** 20 },
  expiring: { maxSize: 4_000, maxBytes: 16 * 2 ** 20, ttl: 2_000 },
  passing: { maxSize: 4_000, maxBytes: 4 * 2 ** 20 },
}
/** Of so many operations: the rest are calls. */
const OPERATIONS = 20_000
const [SETS, TIMED_SETS, DELETES, PEEKS, CLEARS] = [600, 200, 600, 600, 1]

function openCaches(names, compute, near) {
  return Object.fromEntries(names.map((name) => [name, open(name, compute, { ...CACHES[name], near })]))
}

/** Some keys are asked for far more often than others. */
const anyKey = () => Math.floor(KEYS * Math.random() ** 3)

/** One operation on the cache of this name: `call` and `check` are given what is called and what is found. */
function operate(caches, name, make, call, check) {
  const cached = caches[name]
  const key = anyKey()
  let what = random(OPERATIONS)
  const isNext = (share) => {
    what -= share
    return what < 0
  }
  if (isNext(SETS)) cached.cacheSet([key], make(key))
  else if (isNext(TIMED_SETS)) cached.cacheSet([key], make(key), { ttl: 1 + random(5_000) })
  else if (isNext(DELETES)) cached.cacheDelete(key)
  else if (isNext(PEEKS)) {
    const value = cached.cachePeek(key)
    if (value !== undefined) check(key, value)
  } else if (isNext(CLEARS)) {
    if (name !== 'lasting') cached.cacheClear()
  } else call(name, key)
}

module.exports = { CACHES, KEYS, openCaches, operate }
