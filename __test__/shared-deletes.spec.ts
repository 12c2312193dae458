/**
 * What was deleted or cleared in one process is never returned in another afterwards: neither from the table, nor from
 * what a process remembers, nor by a computation that had begun before.
 */
import { describe, it } from 'vitest'
import { runProcesses } from './support/processes'
import { expectDone } from './support/program'

/**
 * The truth is a file of two numbers for each key: what a computation finds, which is raised before a delete, and what a
 * call must not fall below any more, which is raised once the delete has returned.
 */
const TRUTH = `
  const { openSync, readSync, writeSync } = require('node:fs')
  const KEYS = 40
  const OPTIONS = { name: 'deletes', maxSize: 30 }
  const SLOW = { ...OPTIONS, name: 'slow deletes' }
  const truth = openSync(process.env.WARP_CACHE_DIR + '/truth', 'a+') && openSync(process.env.WARP_CACHE_DIR + '/truth', 'r+')
  const word = new Float64Array(1)
  const read = (key, what) => {
    readSync(truth, word, 0, 8, 16 * key + 8 * what)
    return word[0]
  }
  const write = (key, what, value) => {
    word[0] = value
    writeSync(truth, word, 0, 8, 16 * key + 8 * what)
  }
  const [SOURCE, FLOOR] = [0, 1]
  const random = (n) => Math.floor(Math.random() * n)`

describe.skipIf(process.platform === 'win32')('a value that was deleted', () => {
  it('is never returned afterwards, near or far, whoever was computing it', { timeout: 120_000 }, () => {
    expectDone(
      runProcesses(
        `${TRUTH}
        const ROUNDS = 3_000
        for (let key = 0; key < KEYS; key++) for (const what of [SOURCE, FLOOR]) write(key, what, 0)
        const cached = make((key) => read(key, SOURCE), OPTIONS)
        const slow = make(async (key) => read(key, SOURCE), SLOW)
        const readers = [false, true, true].map((near) => start(near))
        await Promise.all(readers.map(({ ready }) => ready))
        const reading = readers.map(({ ask }) => ask('read'))
        for (let round = 1; round <= ROUNDS; round++) {
          const key = random(KEYS)
          if (round % 50 === 0) {
            for (let each = 0; each < KEYS; each++) write(each, SOURCE, round)
            cached.cacheClear()
            slow.cacheClear()
            for (let each = 0; each < KEYS; each++) write(each, FLOOR, round)
          } else {
            write(key, SOURCE, round)
            if (round % 3 === 0) cached.cacheSet([key], round)
            else cached.cacheDelete(key)
            slow.cacheDelete(key)
            write(key, FLOOR, round)
          }
          // So that the readers' own work lies between.
          if (round % 4 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
        for (const { child } of readers) child.send('stop')
        for (const { calls, hits } of await Promise.all(reading))
          assert(calls > 1_000 && hits > 100, calls + ' calls, ' + hits + ' hits')`,
        `${TRUTH}
        const [near] = args
        let computed = 0
        const cached = make((key) => {
          computed++
          return read(key, SOURCE)
        }, { ...OPTIONS, near })
        // Of this one the computation takes some turns of the event loop, and others may join it.
        const slow = make(async (key) => {
          computed++
          const value = read(key, SOURCE)
          for (let turns = random(4); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
          return value
        }, { ...SLOW, near })
        let going = true
        serve(async (what) => {
          if (what === 'stop') {
            going = false
            return new Promise(() => {})
          }
          let calls = 0
          const one = (key, value, floor) => {
            calls++
            if (value < floor) throw new Error('key ' + key + ' is ' + value + ', and was deleted at ' + floor)
          }
          while (going) {
            for (let n = 0; n < 20; n++) {
              const key = random(KEYS)
              const floor = read(key, FLOOR)
              one(key, cached(key), floor)
            }
            await Promise.all(Array.from({ length: 5 }, async () => {
              const key = random(KEYS)
              const floor = read(key, FLOOR)
              one(key, await slow(key), floor)
            }))
          }
          return { calls, hits: calls - computed }
        })`,
      ),
    )
  })
})
