/**
 * A process that uses two caches until it is killed, in batches with pauses. It says how often it has called, and if it
 * is to measure, how long calls took. The threads of one are terminated, wherever they are, and replaced.
 */
'use strict'
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')
const { check, random, valueFor } = require('../values.cjs')
const { openCaches, operate } = require('./caches.cjs')
const latency = require('./latency.cjs')

const { serial, writer, near, measures, threads, warmUp, windowMs } = isMainThread
  ? JSON.parse(process.argv[2])
  : workerData
const BATCH = 100
/** The share of a processor that it takes. Eight of them, and those who are started, keep two half busy. */
const BUSY = 0.1
/** A thread lives for so long at most. */
const THREAD_MS = 5_000
/** A thread's own values differ from those of its process. */
let nonce = isMainThread ? 0 : 1_000_000 + random(1_000_000)
let computed = false
let calls = 0
/** Batches without pauses, and without a word, so that heaps and files are as they will be. */
let toWarmUp = warmUp ?? 0
let nextReport = performance.now() + windowMs

function make(key) {
  computed = true
  return valueFor(key, writer, ++nonce)
}

/** What a thread says is lost when its process is killed: it leaves out what is counted. */
const NAMES = [isMainThread ? 'lasting' : 'passing', 'expiring']
const caches = openCaches(NAMES, make, near)

function call(name, key) {
  if (name === 'lasting') calls++
  const cached = caches[name]
  computed = false
  const start = performance.now()
  const value = cached(key)
  const took = performance.now() - start
  if (measures) latency.record(took, computed)
  check(key, value)
}

function say(...words) {
  process.stdout.write(`${words.join(' ')}\n`)
}

function batch() {
  const before = process.cpuUsage()
  for (let n = 0; n < BATCH; n++) {
    for (const name of NAMES) operate(caches, name, make, call, check)
  }
  if (--toWarmUp > 0) return setImmediate(batch)
  if (isMainThread) say('called', serial, calls)
  else parentPort.postMessage('called')
  calls = 0
  const now = performance.now()
  if (measures && now >= nextReport) {
    nextReport = now + windowMs
    say('took', writer, ...latency.report())
  }
  const { user, system } = process.cpuUsage(before)
  setTimeout(batch, ((user + system) / 1_000) * (1 / BUSY - 1))
}

function thread() {
  const worker = new Worker(__filename, { workerData: { writer, near } })
  worker.once('online', () => setTimeout(() => worker.terminate(), random(THREAD_MS)))
  worker.once('message', () => say('begun', serial))
  worker.once('error', (error) => {
    throw error
  })
  worker.once('exit', () => {
    say('terminated', serial)
    thread()
  })
}

if (threads) thread()
batch()
