/**
 * A process that reads caches, or writes them too, while somebody scribbles on their files. Each result must be right,
 * nothing may be thrown, and nothing is said twice. After its time it says what there was, and ends.
 */
'use strict'
const assert = require('node:assert')
const { open, random, valueFor } = require('./values.cjs')
const { now } = require('./time.cjs')

const { names, options, reads, seconds, who } = JSON.parse(process.argv[2])
const KEYS = 150
const end = now() + seconds * 1_000
const count = { operations: 0, computed: 0 }
const warnings = new Map()
process.on('warning', ({ code, message }) => {
  const warning = `${code} ${names.find((name) => message.includes(`'${name}'`))}`
  assert(!warnings.has(warning), `said twice: ${message}`)
  warnings.set(warning, code)
})

/** Always the same of one key, whatever has become of the caches. */
const result = (key) => valueFor(key, 0, 0).slice(0, 700)

const caches = names.map((name) =>
  open(
    name,
    (key) => {
      count.computed++
      return result(key)
    },
    { ...options, near: who % 2 === 0 },
  ),
)

function isRight(key, value) {
  const expected = result(key)
  if (value !== expected)
    throw new Error(`wrong value of ${key}: ${value.length} for ${expected.length}, ${value.slice(0, 80)}`)
}

function read(cached, key, what) {
  if (what < 900) isRight(key, cached(key))
  else if (what < 950) {
    const value = cached.cachePeek(key)
    if (value !== undefined) isRight(key, value)
  } else if (what < 990) assert.strictEqual(typeof cached.cacheHas(key), 'boolean')
  else if (what < 996) for (const number of Object.values(cached.cacheInfo())) assert(Number.isFinite(number))
  else for (const { args, value } of cached.cacheEntries()) isRight(args[0], value)
}

function write(cached, key, what) {
  if (what < 400) cached.cacheSet([key], result(key))
  else if (what < 500) cached.cacheSet([key], result(key), { ttl: 20 })
  else if (what < 700) cached.cacheDelete(key)
  else if (what < 998) isRight(key, cached.cacheRefresh(key))
  else cached.cacheClear()
}

function round() {
  for (let n = 0; n < 200; n++) {
    const operate = reads || random(2) === 0 ? read : write
    operate(caches[random(caches.length)], random(KEYS), random(1_000))
  }
  count.operations += 200
  if (now() < end) return setImmediate(round)
  const codes = [...warnings.values()]
  process.stdout.write(`done ${count.operations} ${count.computed} ${codes.join(',')}\n`, () =>
    process.exit(),
  )
}

round()
