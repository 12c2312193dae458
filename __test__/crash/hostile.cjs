/**
 * For SCRIBBLE_SECONDS somebody writes anything into the files of caches that four processes read and two write. None of them may
 * end, throw, give a wrong result, or say anything twice. SEED begins the sequence of what is written.
 */
'use strict'
require('./directory.cjs')
const assert = require('node:assert')
const { closeSync, fstatSync, openSync, readSync, writeSync } = require('node:fs')
const { join } = require('node:path')
const { setTimeout: pause } = require('node:timers/promises')
const { SharedFiles } = require('./values.cjs')
const { Nursery } = require('./family.cjs')

const SECONDS = Number(process.env.SCRIBBLE_SECONDS)
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32))
const NAMES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']
const [READERS, WRITERS] = [4, 2]
/** Those of the table in docs/file-format.md, which says where the arrays are. */
const OPTIONS = { maxSize: 100, maxBytes: 2 ** 20, maxValueSize: 1_000 }
const STARTS = [0, 4_096, 28_672, 161_024, 162_304, 163_840, 168_704, 170_880, 171_520, 208_896]
/** Of an array, as much as is used. */
const LENGTH = 4_096
const ODD = [0n, 1n, 2n, 7n, 99n, 100n, 101n, 511n, 512n, 0xffffn, 0xffff_ffffn, 1n << 32n, 1n << 37n, ~0n]
/** After their time, the processes have so long to end. */
const PATIENCE_MS = 60_000

let state = SEED
/** Mulberry32. */
function random(n) {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) % n
}

function place() {
  const array = random(STARTS.length)
  const [start, end = 2 ** 18] = STARTS.slice(array)
  return start + 8 * random(Math.min(LENGTH, end - start) / 8)
}

function wordAt(fd, at) {
  const bytes = Buffer.alloc(8)
  readSync(fd, bytes, 0, 8, at)
  return bytes.readBigUInt64LE()
}

function bytesFor(fd, at) {
  const was = wordAt(fd, at)
  const odd = ODD[random(ODD.length)]
  const words = [
    () => was ^ (1n << BigInt(random(64))),
    () => odd,
    () => (odd << 32n) | (was & 0xffff_ffffn),
    () => (was & ~0xffff_ffffn) | (odd & 0xffff_ffffn),
    () => wordAt(fd, place()),
    () => was + BigInt(random(5)) - 2n,
  ]
  const kind = random(40)
  if (kind === 0) return Buffer.alloc(4_096)
  if (kind === 1) return Buffer.from(Array.from({ length: 8 + random(256) }, () => random(256)))
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, words[kind % words.length]()))
  return bytes
}

const tally = { words: 0, files: new Set(), ended: 0, operations: 0, computed: 0, warnings: {} }

/** Scribbles on a file that there is just now, after somebody else has looked at it. */
function scribble() {
  const caches = SharedFiles.caches()
  if (caches.length === 0) return
  const { file } = caches[random(caches.length)]
  SharedFiles.counts(file)
  let fd
  try {
    fd = openSync(join(SharedFiles.directory(), file), 'r+')
  } catch (error) {
    // It was retired and removed just now.
    if (error.code === 'ENOENT') return
    throw error
  }
  tally.files.add(fstatSync(fd).ino)
  for (let n = 1 + random(3); n > 0; n--) {
    const at = place()
    writeSync(fd, bytesFor(fd, at), undefined, undefined, at)
    tally.words++
  }
  closeSync(fd)
}

function start(nursery) {
  const processes = Array.from({ length: READERS + WRITERS }, (_, who) => {
    const task = { names: NAMES, options: OPTIONS, reads: who < READERS, seconds: SECONDS, who }
    return nursery.start('scribbled.cjs', task)
  })
  nursery.on('said', ([, operations, computed, codes]) => {
    tally.operations += Number(operations)
    tally.computed += Number(computed)
    for (const code of codes.split(',').filter(Boolean))
      tally.warnings[code] = (tally.warnings[code] ?? 0) + 1
  })
  return processes.map(
    (one) =>
      new Promise((resolve, reject) => {
        one.once('end', (how, text) => {
          tally.ended++
          if (how === 0 && text === '') resolve()
          else reject(new Error(`a process ended with ${how}: ${text}`))
        })
      }),
  )
}

async function main() {
  process.env.NODE_NO_WARNINGS = '1'
  const nursery = new Nursery()
  const ended = Promise.all(start(nursery))
  const late = pause(SECONDS * 1_000 + PATIENCE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${READERS + WRITERS - tally.ended} processes do not end`)
  })
  const scribbling = (async () => {
    while (tally.ended === 0) {
      scribble()
      await pause(random(4))
    }
  })()
  await Promise.race([Promise.all([ended, scribbling]), late])
  await nursery.end()
  const warnings = Object.entries(tally.warnings).map(([code, times]) => `${code} ${times}`)
  console.log(
    `seed ${SEED}: ${tally.words} writes into ${tally.files.size} files; ` +
      `${tally.operations} operations, ${tally.computed} computations; warnings: ${warnings.join(', ') || 'none'}`,
  )
  assert(tally.warnings.WARP_CACHE_CORRUPT > 0, 'nobody noticed')
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(`seed ${SEED}:`, error)
    process.exit(1)
  },
)
