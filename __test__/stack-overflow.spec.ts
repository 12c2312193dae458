/**
 * A call may come where the call stack ends, and be cut off by a RangeError in the middle of anything. Whoever catches
 * that must find no wrong value afterwards.
 */
import { expect, it } from 'vitest'
import { expectSuccess, runProgram } from './support/program'

/**
 * Calls, deletes, sets and refreshes at the end of the stack, each in a thread of its own: code that has not run yet has to be
 * compiled first, which takes some 40 KiB of stack, so that much of a change can be cut off.
 */
const program = (options: string) => `
  const { Worker, isMainThread, workerData } = require('node:worker_threads')
  const { cache } = require('warp-cache')
  // What makes a key of a number, a function of it, and its value.
  const KINDS = {
    one: [(i) => ['key ' + i], (a) => a, (i) => 'key ' + i],
    pair: [(i) => [i & 15, i >> 4], (a, b) => 16 * b + a, (i) => i],
    three: [(i) => [i & 3, (i >> 2) & 3, i >> 4], (a, b, c) => 16 * c + 4 * b + a, (i) => i],
    object: [(i) => [{ high: i >> 4, low: i & 15 }], (o) => 16 * o.high + o.low, (i) => i],
  }
  const ACTS = ['call', 'delete', 'set', 'refresh']

  function main() {
    const tasks = Object.keys(KINDS).flatMap((kind) => ACTS.map((act) => ({ kind, act })))
    for (const workerData of tasks) new Worker(__filename, { workerData, resourceLimits: { stackSizeMb: 0.3 } })
  }

  function work({ kind, act }) {
    const [keyOf, fn, valueOf] = KINDS[kind]
    const name = kind + act
    const cached = cache(fn, ${options})
    const acts = {
      call: (key) => cached(...key),
      delete: (key) => cached.cacheDelete(...key),
      set: (key, value) => cached.cacheSet(key, value),
      refresh: (key) => cached.cacheRefresh(...key),
    }
    const look = (i) => {
      const value = cached(...keyOf(i))
      if (value !== valueOf(i)) throw new Error(kind + ' ' + act + ': ' + i + ' has ' + value)
    }
    for (let i = 0; i < 100; i++) look(i)
    acts[act](keyOf(act === 'delete' ? 5000 : 99), valueOf(99))
    // On the way back from endless recursion each level has a little more stack.
    let done = 0
    let cut = 0
    const down = () => {
      try {
        down()
      } catch (error) {
        if (done < 40) {
          const i = act === 'delete' ? (done + cut) % 100 : 1000 + done + cut
          try {
            acts[act](keyOf(i), valueOf(i))
            done++
          } catch {
            cut++
          }
        }
        throw error
      }
    }
    try {
      down()
    } catch {}
    for (let round = 0; round < 3; round++) for (let i = 0; i < 1500; i++) look(i)
    const { currentSize, maxSize } = cached.cacheInfo()
    const entries = [...cached.cacheEntries()]
    if (entries.length !== currentSize || currentSize > maxSize) throw new Error(entries.length + ' of ' + currentSize)
    for (const { args, value } of entries) if (value !== fn(...args)) throw new Error('a wrong entry')
    console.log(cut > 0 ? 'cut' : 'not cut')
  }

  if (isMainThread) main()
  else work(workerData)`

it.each([
  'maxSize: 100',
  'maxSize: 100, ttl: 1e6',
  "maxSize: 100, policy: 'lru'",
  "maxSize: 100, policy: 'lfu', ttl: 1e6",
  "maxSize: 100, policy: 'fifo'",
  "maxSize: 100, policy: 'mru'",
  'maxSize: 2000',
  "maxSize: 100, backend: 'threads', name",
])('calls that are cut off by the end of the stack leave no wrong value: %s', (options) => {
  const ending = runProgram(program(`{ ${options} }`))
  expectSuccess(ending)
  expect(ending.stdout).toBe('cut\n'.repeat(16))
})
