/**
 * A process that uses two caches until it dies: `cleared`, of which everything is dropped now and then, and `counted`,
 * whose counters must add up. It says how often it has called, and dies by itself if it is told to.
 */
'use strict'
const { appendFileSync } = require('node:fs')
const { constants, getPriority, setPriority } = require('node:os')
const { Worker, isMainThread, workerData } = require('node:worker_threads')
const { KEYS, check, open, random, valueFor } = require('./values.cjs')

const { writer, isImmortal, end, group, threads } = isMainThread ? JSON.parse(process.argv[2]) : workerData
const near = writer % 2 === 0
/** How much nicer to others a thread is than whoever has only begun. */
const NICER = 10
let nonce = isMainThread ? 0 : 1_000_000 + random(1_000_000)
/** How many computations are left to one that dies by itself. */
let left = end === undefined ? Number.POSITIVE_INFINITY : random(60)
let calls = 0

function compute(key) {
  if (left-- <= 0) die()
  return valueFor(key, writer, ++nonce)
}

const cleared = open('cleared', compute, { near })
const counted = open('counted', compute, { near })

/** In the middle of a call, which would have stored something. */
function die() {
  if (end === 'exit') process.exit(7)
  if (end === 'throw') throw new Error('on purpose')
  // By the kernel where there is a limit, else by V8.
  if (group !== undefined) appendFileSync(`${group}/cgroup.procs`, String(process.pid))
  const held = []
  for (;;)
    held.push(group === undefined ? Array.from({ length: 100_000 }, Math.random) : Buffer.alloc(2 ** 20, 1))
}

function operate(cached) {
  const key = random(KEYS)
  const what = random(2_000)
  if (what < 1_500) {
    if (cached === counted) calls++
    check(key, cached(key))
  } else if (what < 1_750) cached.cacheSet([key], valueFor(key, writer, ++nonce))
  else if (what < 1_950) cached.cacheDelete(key)
  else if (what < 1_998) {
    const value = cached.cachePeek(key)
    if (value !== undefined) check(key, value)
  } else if (cached === cleared) cached.cacheClear()
}

function round() {
  for (let n = 0; n < 100; n++) {
    operate(cleared)
    if (isMainThread) operate(counted)
  }
  if (isMainThread) process.stdout.write(`round ${writer} ${calls}\n`)
  calls = 0
  setImmediate(round)
}

/** Another isolate of this process, which is terminated wherever it is. */
function thread() {
  const worker = new Worker(__filename, { workerData: { writer } })
  worker.once('online', () => setTimeout(() => worker.terminate(), random(100)))
  worker.once('error', (error) => {
    throw error
  })
  worker.once('exit', () => {
    process.stdout.write(`terminated ${writer}\n`)
    thread()
  })
}

// Those who start come first, or hardly anybody would be there to be killed; then those who are waited for.
const nicer = isImmortal && isMainThread ? NICER / 2 : NICER
setPriority(Math.min(getPriority() + nicer, constants.priority.PRIORITY_LOW))
if (threads) thread()
round()
