/**
 * Eight processes that share caches, and die: KILLS of them by SIGKILL at random moments, half of these while nobody
 * reaps them; others by process.exit, an exception that nobody catches, or a limit of memory. Some are stopped in the
 * middle of a write, STOPS times, for 1 s to LONGEST_STOP s. Two never die. Prints what happened.
 */
'use strict'
require('./directory.cjs')
const assert = require('node:assert')
const { setTimeout: pause } = require('node:timers/promises')
const { KEYS, SharedFiles, check, open, random, valueFor } = require('./values.cjs')
const { CacheFile, find } = require('./file.cjs')
const { Nursery, isIn, signal } = require('./family.cjs')
const { group } = require('./group.cjs')
const { stopOwner } = require('./stop.cjs')

const [KILLS, STOPS, LONGEST_STOP] = ['KILLS', 'STOPS', 'LONGEST_STOP'].map((name) =>
  Number(process.env[name]),
)
/** Who lives at once. The first two never die; from `ORPHANS` on nobody reaps for a while. */
const [PROCESSES, IMMORTAL, ORPHANS] = [8, 2, 5]
/** Of so many times that somebody is chosen, once it may be one who has not begun to work. */
const EARLY = 8
const NAMES = ['cleared', 'counted']
const computed = (key) => valueFor(key, 0, 0)
const ENDS = ['exit', 'throw', 'memory']
const ENDED = { exit: [7], throw: [1], memory: ['SIGKILL', 'SIGABRT'] }
/** Calls between two of a participant's reports. */
const UNREPORTED = 100

const tally = { kills: 0, zombies: 0, stops: 0, terminated: 0, rounds: 0, calls: 0, started: 0 }
/** Of those who were killed, how many were reaped at once, and how many later. */
const killed = { reaping: 0, lax: 0 }
const endings = { exit: 0, throw: 0, memory: 0 }
const living = new Map()
let isOver = false
const progress = [0, 0]
const reaping = new Nursery()
const lax = new Nursery()

let failing
const failed = new Promise((_, reject) => {
  for (const nursery of [reaping, lax])
    nursery.on('said', ([what, writer, calls]) => {
      if (what === 'terminated') tally.terminated++
      else if (what === 'round') {
        tally.rounds++
        tally.calls += Number(calls)
        living.get(Number(writer)).works = true
        if (writer < IMMORTAL) progress[writer]++
      } else reject(new Error(`somebody said ${what}`))
    })
  failing = reject
})

function begin(writer) {
  const isImmortal = writer < IMMORTAL
  // Those who die by themselves are reaped at once: it is seen how.
  const end = !isImmortal && writer < ORPHANS && random(4) === 0 ? ENDS[random(3)] : undefined
  const task = {
    writer,
    isImmortal,
    end,
    threads: writer === 0 || random(4) === 0,
    group: end === 'memory' ? group : undefined,
  }
  const one = (writer < ORPHANS ? reaping : lax).start('participant.cjs', task)
  tally.started++
  living.set(writer, one)
  one.once('end', (how, text) => {
    const expected = one.killed ? ['SIGKILL'] : (ENDED[end] ?? [])
    const silent = text === '' || end === 'throw' || end === 'memory'
    if (!expected.includes(how) || !silent) return failing(new Error(`${writer} ended with ${how}: ${text}`))
    if (!one.killed) endings[end]++
    if (!isOver) begin(writer)
  })
}

/** Waits until both of those who never die have gone on: nobody else is waited for. */
async function survive() {
  const seen = [...progress]
  while (progress.some((rounds, writer) => rounds === seen[writer])) await pause(1)
}

function kill(one) {
  one.killed = true
  tally.kills++
  killed[one.nursery === lax ? 'lax' : 'reaping']++
  if (tally.kills % 1_000 === 0) console.log(`killed ${tally.kills}, stopped ${tally.stops}`)
  signal(one, 'SIGKILL')
}

/** Whether this one can be killed: known, alive, not to be left alone, and not about to die by itself. */
function isMortal({ pid, killed, held, task }) {
  return pid > 0 && !killed && !held && task.end === undefined
}

/** Those who can be killed, mostly after they have come to work. */
function mortals(from, to) {
  const early = random(EARLY) === 0
  const among = [...living.values()].filter(({ task }) => task.writer >= from && task.writer < to)
  return among.filter((one) => isMortal(one) && (one.works || early))
}

/** Kills those whom somebody reaps, one after the other. */
async function killReaped() {
  while (tally.kills < KILLS) {
    await survive()
    // At least half of the dead are not reaped for a while.
    const among = killed.reaping <= killed.lax ? mortals(IMMORTAL, ORPHANS) : []
    if (among.length > 0) kill(among[random(among.length)])
    await pause(random(20))
  }
}

/** Kills the others while nobody reaps them; then they are reaped, and others started. */
async function killOrphans() {
  const isReady = ([writer, one]) => writer < ORPHANS || one.held || (one.works && !one.killed)
  while (tally.kills < KILLS) {
    while (![...living].every(isReady)) await pause(5)
    await lax.stop()
    const dead = []
    while (tally.kills < KILLS) {
      const among = mortals(ORPHANS, PROCESSES)
      if (among.length === 0) break
      dead.push(among[random(among.length)])
      kill(dead.at(-1))
      await survive()
      await pause(random(20))
    }
    for (const one of dead) if (await isIn(one.pid, 'Z')) tally.zombies++
    lax.go()
  }
}

/** Stops somebody who holds a part of `counted`; nobody takes it from him, and the others say that they went without. */
async function stop() {
  const file = new CacheFile('counted')
  while (tally.stops < STOPS) {
    await survive()
    const among = mortals(IMMORTAL, PROCESSES)
    const one = among[random(among.length)]
    if (one === undefined) continue
    one.held = true
    const seconds = 1 + Math.random() * (LONGEST_STOP - 1)
    if (await stopOwner(file, one, seconds * 1_000)) tally.stops++
    one.held = false
  }
}

/** Waits until those who live have filled both again: what was stopped or cleared last may have left them empty. */
async function refill() {
  const caches = NAMES.map((name) => open(name, computed))
  while (caches.some((cached) => cached.cacheInfo().currentSize === 0)) await survive()
  for (const cached of caches) cached.cacheClose()
}

/** What all of them have left is in order, and can be used. */
function inspect() {
  for (const name of NAMES) {
    const cached = open(name, computed)
    const { bytes, currentSize, maxBytes, maxSize, ...counts } = cached.cacheInfo()
    assert(currentSize <= maxSize && bytes <= maxBytes, `${currentSize} entries, ${bytes} bytes`)
    if (name === 'counted') {
      const counted = counts.hits + counts.misses + counts.coalesced
      const most = tally.calls + UNREPORTED * tally.started
      assert(tally.calls <= counted && counted <= most, `${tally.calls} ≤ ${counted} ≤ ${most}`)
      assert(counts.skippedWrites > 0 || STOPS === 0, 'nobody went without')
      console.log(
        `calls ${counted}: ${counts.hits} hits, ${counts.misses} misses; ${counts.skippedWrites} not stored`,
      )
    }
    for (const { args, value } of cached.cacheEntries()) {
      check(args[0], value)
    }
    for (let key = 0; key < KEYS; key++) check(key, cached(key))
    assert(cached.cacheInfo().currentSize > 0, `${name} stores nothing any more`)
    assert.strictEqual(SharedFiles.verify(find(name)).damage, undefined)
  }
}

async function main() {
  for (let writer = 0; writer < PROCESSES; writer++) begin(writer)
  await survive()
  await Promise.all([killReaped(), killOrphans(), stop()])
  await refill()
  isOver = true
  await Promise.all([reaping.end(), lax.end()])
  assert(tally.zombies * 2 >= tally.kills - 1, `${tally.zombies} zombies`)
  assert(tally.terminated > 0)
  assert(tally.rounds * 2 > KILLS, `only ${tally.rounds} rounds`)
  console.log(
    `killed ${tally.kills}, of whom ${tally.zombies} were zombies for a while; stopped ${tally.stops} owners`,
  )
  console.log(
    `by themselves: exit ${endings.exit}, exceptions ${endings.throw}, memory ${endings.memory} ` +
      `(${group === undefined ? "V8's limit" : "the control group's"}); threads terminated: ${tally.terminated}`,
  )
  inspect()
}

Promise.race([main(), failed]).then(
  () => process.exit(),
  (error) => {
    console.error(error, tally, killed)
    process.exit(1)
  },
)
