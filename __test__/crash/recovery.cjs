/**
 * How soon survivors can write where somebody was killed in the middle of a write: from the moment at which the kernel
 * lets go of the dead one's lock, to the next write of each of two survivors to the same shard. SAMPLES deaths. With
 * BARS=1 it fails if that takes too long.
 */
'use strict'
require('./directory.cjs')
const assert = require('node:assert')
const { EventEmitter, once } = require('node:events')
const { CacheFile } = require('./file.cjs')
const { Nursery, signal } = require('./family.cjs')
const { catchOwner } = require('./stop.cjs')
const { now } = require('./time.cjs')

const SAMPLES = Number(process.env.SAMPLES)
const SURVIVORS = [0, 1]
const VICTIM = 2
const [SMALL, LARGE] = [100, 60_000]
/** Milliseconds. */
const BARS = { p99: 10, max: 100 }
/** How often the lock is looked at. */
const PERIOD = 0.1
/** After so long neither lock nor survivors are waited for. */
const PATIENCE = 20_000

const nursery = new Nursery()
/** What each writer says, by its number: that it has begun, and from when to when it did not write. */
const voices = [...SURVIVORS, VICTIM].map(() => Object.assign(new EventEmitter(), { gaps: [] }))
nursery.on('said', ([what, who, ...times]) => {
  if (what === 'gap') voices[who].gaps.push(times.map(Number))
  voices[who].emit(what)
})

async function start(who, size) {
  const one = nursery.start('writer.cjs', { who, size })
  one.once('end', (how, text) => {
    if (one.killed) return
    console.error(`a writer ended with ${how}: ${text}`)
    process.exit(1)
  })
  // They come by different ways.
  await Promise.all([once(one, 'start'), once(voices[who], 'begun')])
  return one
}

/** When a process that was killed at this time was last seen to have its lock. */
function release(file, pid, killed) {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  for (let seen = killed; ; ) {
    const time = now()
    if (!file.isLockedBy(pid)) return seen
    assert(time < killed + PATIENCE, 'its lock stays')
    seen = time
    Atomics.wait(cell, 0, 0, PERIOD)
  }
}

/** When somebody first wrote after this time. Who was between a write and a look at the clock says an earlier one. */
async function writeAfter(who, time) {
  const { gaps } = voices[who]
  for (const late = AbortSignal.timeout(PATIENCE); ; ) {
    const gap = gaps.find(([, to]) => to >= time)
    if (gap !== undefined) return gap[1]
    await once(voices[who], 'gap', { signal: late })
  }
}

/** How long each survivor took after one death; empty if the victim could not be caught as an owner. */
async function sample(file) {
  const victim = await start(VICTIM, LARGE)
  const { pid } = victim
  const isOwner = (await catchOwner(file, victim)) !== undefined
  assert(file.isLockedBy(pid), 'its lock cannot be seen')
  const ended = once(victim, 'end')
  victim.killed = true
  for (const voice of voices) voice.gaps.length = 0
  const killed = now()
  signal(victim, 'SIGKILL')
  const released = release(file, pid, killed)
  await ended
  // Nobody else has written since he was caught.
  const written = isOwner ? await Promise.all(SURVIVORS.map((who) => writeAfter(who, released))) : []
  return written.map((time) => time - released)
}

async function main() {
  await Promise.all(SURVIVORS.map((who) => start(who, SMALL)))
  const file = new CacheFile('recovery')
  const times = []
  while (times.length < SAMPLES * SURVIVORS.length) times.push(...(await sample(file)))
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))]
  const [p50, p99, max] = [at(0.5), at(0.99), times.at(-1)]
  const shown = [p50, p99, max].map((time) => time.toFixed(2))
  console.log(
    `recovery of ${SURVIVORS.length} survivors after ${SAMPLES} deaths of owners: ` +
      `p50 ${shown[0]} ms, p99 ${shown[1]} ms, max ${shown[2]} ms`,
  )
  if (process.env.BARS === '1') assert(p99 < BARS.p99 && max < BARS.max, `more than ${JSON.stringify(BARS)}`)
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
