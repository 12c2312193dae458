/**
 * Processes that share a cache and are killed at random moments: nobody ever gets a wrong value, nobody waits for the
 * dead, and what is left is in order. KILLS=… kills more of them.
 */
import { describe, it } from 'vitest'
import { runProcesses } from './support/processes'
import { expectDone } from './support/program'

const KILLS = Number(process.env.KILLS ?? 500)
/** Starting a process takes a tenth of a second of a processor, which may be busy. */
const DEADLINE_MS = 60_000 + 1_000 * KILLS

/** What both kinds of process know: every byte of a value follows from its key, who wrote it, and a number. */
const VALUES = `
  const OPTIONS = { name: 'deaths', maxSize: 500, maxBytes: 4 * 2 ** 20 }
  const KEYS = 800
  const PATTERN = 'abcdefghijklmnopqrstuvwxyz'.repeat(3_000)
  function valueOf(key, writer, nonce) {
    const head = key + '|' + writer + '|' + nonce + '|'
    const mixed = Math.imul(key * 31 + writer, 2654435761) ^ Math.imul(nonce, 40503)
    const from = (mixed >>> 3) % 26
    // Mostly small ones, some of 60 KB.
    const length = (mixed >>> 8) % 50 === 0 ? (mixed >>> 10) % 60_000 : (mixed >>> 10) % 600
    return head + PATTERN.slice(from, from + length)
  }
  function check(key, value) {
    const [of, writer, nonce] = value.split('|', 3)
    if (Number(of) !== key || value !== valueOf(key, Number(writer), Number(nonce)))
      throw new Error('wrong value of ' + key + ': ' + value.slice(0, 80))
  }`

describe.skipIf(process.platform === 'win32')('processes that are killed at any moment', () => {
  it(`harm nobody: ${KILLS} of them`, { timeout: DEADLINE_MS + 10_000 }, () => {
    const { WRITERS, main, work } = program()
    expectDone(runProcesses(main, work, { KILLS: String(KILLS), WRITERS: String(WRITERS) }, DEADLINE_MS))
  })
})

function program() {
  const main = `${VALUES}
    const [kills, writers] = [Number(process.env.KILLS), Number(process.env.WRITERS)]
    let [killed, operations, survivor] = [0, 0, 0]
    let next = 0
    const living = new Set()
    await new Promise((resolve, reject) => {
      const begin = (immortal) => {
        const { child, ended } = start(++next)
        const one = { child, immortal }
        living.add(one)
        child.on('message', (message) => {
          if (typeof message !== 'number') return
          operations += message
          if (immortal) survivor += message
        })
        ended.then((how) => {
          living.delete(one)
          if (how !== 'SIGKILL') reject(new Error('a process ended with ' + how))
          else if (killed < kills) begin(false)
        })
        return one
      }
      for (let n = 0; n < writers; n++) begin(n === 0)
      // Nobody is waited for but the one who is never killed: it goes on whoever dies.
      let seen = 0
      const kill = () => {
        if (killed === kills) return resolve()
        const mortal = [...living].filter(({ immortal, child }) => !immortal && !child.killed)
        if (mortal.length > 0 && survivor > seen) {
          seen = survivor
          mortal[Math.floor(Math.random() * mortal.length)].child.kill('SIGKILL')
          killed++
        }
        setTimeout(kill, 20 * Math.random())
      }
      kill()
    })
    for (const { child } of living) child.kill('SIGKILL')
    assert(operations > kills * 100, 'only ' + operations + ' operations')
    const cached = make((key) => valueOf(key, 0, 0), OPTIONS)
    let entries = 0
    for (const { args: [key], value } of cached.cacheEntries()) {
      check(key, value)
      entries++
    }
    const { bytes, currentSize, maxBytes, maxSize } = cached.cacheInfo()
    assert(entries > 0 && currentSize <= maxSize && bytes <= maxBytes, entries + ' of ' + currentSize)
    for (let key = 0; key < KEYS; key++) check(key, cached(key))
    assert.strictEqual(verify(OPTIONS), null)`
  const work = `${VALUES}
    const [writer] = args
    let nonce = 0
    const cached = make((key) => valueOf(key, writer, ++nonce), { ...OPTIONS, near: writer % 2 === 0 })
    const random = (n) => Math.floor(Math.random() * n)
    const round = () => {
      for (let n = 0; n < 200; n++) {
        const key = random(KEYS)
        const what = random(2_000)
        if (what < 1_500) check(key, cached(key))
        else if (what < 1_750) cached.cacheSet([key], valueOf(key, writer, ++nonce))
        else if (what < 1_950) cached.cacheDelete(key)
        else if (what < 1_998) {
          const value = cached.cachePeek(key)
          if (value !== undefined) check(key, value)
        } else cached.cacheClear()
      }
      process.send(200)
      setImmediate(round)
    }
    round()`
  return { WRITERS: 6, main, work }
}
