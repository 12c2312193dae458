/**
 * Eight processes that share caches for MINUTES, one of which is killed and replaced every KILL_MS: in the end
 * nothing has grown by more than the share TOLERANCE, and nobody was given a wrong value. Prints what was seen; OUTPUT
 * is where it and a plot go.
 */
'use strict'
require('../directory.cjs')
const assert = require('node:assert')
const { setTimeout: pause } = require('node:timers/promises')
const { KEYS, CACHES, openCaches } = require('./caches.cjs')
const { IMMORTAL, PROCESSES, Population } = require('./population.cjs')
const { SharedFiles, check, valueFor } = require('../values.cjs')
const { find } = require('../file.cjs')
const observe = require('./observe.cjs')
const { summarize } = require('./summary.cjs')
const report = require('./report.cjs')

const MINUTES = Number(process.env.MINUTES)
const KILL_MS = Number(process.env.KILL_MS)
const OUTPUT = process.env.OUTPUT
const run = OUTPUT === undefined ? undefined : report.about()
/** So many moments are looked at, and so many windows measured, if a death is not longer than that. */
const MOMENTS = 360
/** On a slow machine it takes longer until there is enough to compare. */
const LEAST_MOMENTS = 24
const windowMs = Math.max(KILL_MS, (MINUTES * 60_000) / MOMENTS)
/** How often it tells how far it is. */
const SIGNS = 20
/** A batch of a process that is killed is not reported. */
const UNREPORTED = 100

/** Where native code counts what. */
const [HITS, MISSES, NEAR_HITS] = [0, 1, 7]

/** When all were ready. */
let begun = 0
const samples = []

const openAll = () => openCaches(Object.keys(CACHES), (key) => valueFor(key, PROCESSES, 0), false)

/** Makes the files: where somebody else takes too long over that, a process goes without, and says so. */
function prepare() {
  for (const cached of Object.values(openAll())) cached.cacheClose()
}

/** What there is at this moment, of which the bounds are checked. */
function look(all) {
  const each = all.map(({ pid }) => ({
    ...observe.memory(pid),
    descriptors: observe.descriptors(pid),
    mappings: observe.mappings(pid),
  }))
  const sum = (name) => each.reduce((total, one) => total + one[name], 0)
  const caches = Object.fromEntries(
    ['lasting', 'expiring'].map((name) => {
      const { maxSize, maxBytes } = CACHES[name]
      const file = find(name)
      const { counters, stripes, entries, bytes, ...counts } = SharedFiles.counts(file)
      assert(entries <= maxSize && bytes <= maxBytes, `${name}: ${entries} entries, ${bytes} bytes`)
      const { allocated, processes } = SharedFiles.caches().find((one) => one.file === file)
      assert(processes.length <= PROCESSES, `${processes.length} processes have a place`)
      const [hits, misses, nearHits] = [HITS, MISSES, NEAR_HITS].map((at) => counters[at])
      const places = { processes: processes.length, isolates: stripes.length }
      return [name, { entries, bytes, allocated, hits: hits + nearHits, misses, nearHits, places, ...counts }]
    }),
  )
  samples.push({
    at: performance.now() - begun,
    rss: sum('rss'),
    pss: sum('pss'),
    lasting: each.slice(0, IMMORTAL),
    caches,
    room: observe.room(),
    processors: observe.processors(),
  })
}

function tell({ killed }) {
  const { at, rss, caches } = samples.at(-1)
  const stored = caches.lasting.entries + caches.expiring.entries
  console.log(
    `minute ${(at / 60_000).toFixed(1)}: ${killed} killed, ${stored} entries, RSS ${Math.round(rss / 2 ** 20)} MiB`,
  )
}

/** What all of them have left is in order, and all calls were counted. */
function inspect({ calls, started }) {
  const left = SharedFiles.caches()
  assert(left.every(({ isUsed, isRetired }) => !isUsed && !isRetired))
  assert.deepStrictEqual(
    [left.length, observe.files().length],
    [3, 3],
    'other files than those of the caches',
  )
  for (const { file } of left) assert.strictEqual(SharedFiles.verify(file).damage, undefined)
  const caches = openAll()
  const { hits, misses, coalesced } = caches.lasting.cacheInfo()
  const counted = hits + misses + coalesced
  assert(calls <= counted && counted <= calls + UNREPORTED * started, `${calls} called, ${counted} counted`)
  for (const cached of Object.values(caches)) {
    for (const { args, value } of cached.cacheEntries()) check(args[0], value)
    for (let key = 0; key < KEYS; key++) check(key, cached(key))
  }
}

async function main(population) {
  await population.all()
  begun = performance.now()
  const isOver = () => performance.now() - begun >= MINUTES * 60_000 && samples.length >= LEAST_MOMENTS
  for (let due = 0; !isOver(); ) {
    // Those that a slow machine was late for are not made up for.
    const next = pause(KILL_MS)
    const all = await population.all()
    if (performance.now() - begun >= due) {
      look(all)
      due += windowMs
      if (samples.length % Math.ceil(MOMENTS / SIGNS) === 0) tell(population.counts)
    }
    await population.killOne(all)
    await next
  }
  const ended = performance.now()
  await population.end()
  const summary = summarize(samples, population, { begun, ended, windowMs })
  report.print(summary)
  if (run !== undefined) report.write(run, summary, OUTPUT)
  inspect(population.counts)
  const grown = summary.growth.filter(({ hasGrown }) => hasGrown)
  assert.deepStrictEqual(
    grown.map(({ name }) => name),
    [],
    'this has grown',
  )
}

prepare()
const population = new Population(windowMs)
Promise.race([main(population), population.failed]).then(
  () => process.exit(),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
