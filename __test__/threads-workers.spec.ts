/**
 * Many isolates over one table: what one stores, sets, deletes or clears is so for all, all agree on the counters, and
 * workers may come, go and be terminated in the middle of a call.
 */
import { describe, expect, it } from 'vitest'
import { type Ending, expectDone, runProgram } from './support/program'

/** Runs a program of several isolates: `main` in the first, `work` in workers. Both know `cache`, `make` and `same`. */
function runThreads(main: string, work: string): Ending {
  return runProgram(`
    'use strict'
    const assert = require('node:assert')
    const { isMainThread, parentPort, threadId, Worker, workerData } = require('node:worker_threads')
    const make = (fn, options) => require('warp-cache').cache(fn, { backend: 'threads', name: 'shared', ...options })
    /** A worker, and what it answers to a message. */
    function start(data) {
      const worker = new Worker(__filename, { workerData: data })
      const failed = new Promise((_, reject) => worker.once('error', reject))
      failed.catch(() => {})
      const answer = () => Promise.race([new Promise((resolve) => worker.once('message', resolve)), failed])
      const ask = (message) => {
        const answered = answer()
        worker.postMessage(message)
        return answered
      }
      return { worker, ask, ready: answer() }
    }
    async function main() {${main}}
    async function work() {${work}}
    if (isMainThread) main().then(() => console.log('done'))
    else work()
  `)
}

describe('what one isolate does', () => {
  it('is so for all, also for what others remember', () => {
    expectDone(
      runThreads(
        `
        const cached = make((n) => 'main ' + n)
        const { worker, ask, ready } = start()
        await ready
        assert.strictEqual(cached(1), 'main 1')
        assert.strictEqual(await ask(['call', 1]), 'main 1')
        assert.strictEqual(await ask(['call', 2]), 'worker 2')
        for (let i = 0; i < 3; i++) assert.strictEqual(cached(2), 'worker 2')
        await ask(['cacheSet', [2], 'by hand'])
        for (let i = 0; i < 3; i++) assert.strictEqual(cached(2), 'by hand')
        assert.strictEqual(await ask(['cacheDelete', 2]), true)
        for (let i = 0; i < 3; i++) assert.strictEqual(cached(2), 'main 2')
        await ask(['cacheClear'])
        for (let i = 0; i < 3; i++) assert.strictEqual(cached(1), 'main 1')
        assert.deepStrictEqual(cached.cacheInfo(), await ask(['cacheInfo']))
        assert.strictEqual(cached.cacheInfo().nearHits, 1)
        cached.cacheClose()
        assert.strictEqual(await ask(['call', 1]), 'main 1')
        await worker.terminate()`,
        `
        const cached = make((n) => 'worker ' + n)
        parentPort.on('message', ([what, ...args]) =>
          parentPort.postMessage(what === 'call' ? cached(...args) : cached[what](...args)))
        parentPort.postMessage('ready')`,
      ),
    )
  })

  it('by a promise is a resolved promise in isolates that never ran the function', () => {
    expectDone(
      runThreads(
        `
        const cached = make(async (n) => ({ n }))
        await cached(1)
        const { worker, ask, ready } = start()
        await ready
        assert.deepStrictEqual(await ask(1), { isPromise: true, value: { n: 1 } })
        await worker.terminate()`,
        `
        const cached = make(async () => { throw new Error('was run') })
        parentPort.on('message', async (n) => {
          const hit = cached(n)
          parentPort.postMessage({ isPromise: hit instanceof Promise, value: await hit })
        })
        parentPort.postMessage('ready')`,
      ),
    )
  })

  it('before a delete elsewhere is not stored after it', () => {
    expectDone(
      runThreads(
        `
        const gate = new Int32Array(new SharedArrayBuffer(8))
        const cached = make(() => 'new')
        const { worker, ask, ready } = start(gate)
        await ready
        const slow = ask(1)
        Atomics.wait(gate, 0, 0)
        cached.cacheDelete(1)
        Atomics.store(gate, 1, 1)
        Atomics.notify(gate, 1)
        assert.strictEqual(await slow, 'old')
        assert.strictEqual(cached.cacheHas(1), false)
        assert.strictEqual(cached(1), 'new')
        await worker.terminate()`,
        `
        const cached = make(() => {
          Atomics.store(workerData, 0, 1)
          Atomics.notify(workerData, 0)
          Atomics.wait(workerData, 1, 0)
          return 'old'
        })
        parentPort.on('message', (n) => parentPort.postMessage(cached(n)))
        parentPort.postMessage('ready')`,
      ),
    )
  })

  it('must agree with what others asked for under the name', () => {
    expectDone(
      runThreads(
        `
        const cached = make((n) => n)
        const { worker, ready } = start()
        assert.deepStrictEqual(await ready, ['ERR_WARP_CACHE_OPTION', 'ERR_WARP_CACHE_OPTION', 'none'])
        await worker.terminate()`,
        `
        const attempt = (options) => {
          try {
            make((n) => n, options)
            return 'none'
          } catch ({ code }) {
            return code
          }
        }
        parentPort.postMessage([attempt({ maxSize: 5 }), attempt({ codec: 'json' }), attempt({ ttl: 5, near: false })])`,
      ),
    )
  })
})

describe('a function without a name', () => {
  it('that is cached at the top level of a module has the same table in every isolate that loads it', () => {
    const ending = runProgram(`
      // A made name begins with that of the package.
      require('node:fs').writeFileSync(__dirname + '/package.json', '{ "name": "program" }')
      const { cache } = require('warp-cache')
      const { isMainThread, Worker, parentPort, threadId } = require('node:worker_threads')
      const first = cache(function first(n) { return 'thread ' + threadId }, { backend: 'threads' })
      const second = cache(function second(n) { return 'second ' + threadId }, { backend: 'threads' })
      if (isMainThread) {
        first(1)
        new Worker(__filename).on('message', (values) => console.log(JSON.stringify([...values, first(1), second(1)])))
      } else parentPort.postMessage([first(1), second(1)])`)
    expect(ending).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(ending.stdout)).toEqual(['thread 0', 'second 1', 'thread 0', 'second 1'])
  })
})

describe('many isolates at once', () => {
  it('agree on the counters, and give each key its own value', () => {
    expectDone(
      runThreads(
        `
        const [workers, calls] = [6, 20_000]
        const cached = make((n) => 'value ' + n, { maxSize: 300, maxBytes: 100_000, graceWindow: 0 })
        const started = Array.from({ length: workers }, () => start())
        await Promise.all(started.map(({ ready }) => ready))
        const infos = await Promise.all(started.map(({ ask }) => ask(calls)))
        const again = await Promise.all(started.map(({ ask }) => ask(0)))
        const info = cached.cacheInfo()
        for (const other of again) assert.deepStrictEqual(other, info)
        assert.strictEqual(info.hits + info.misses + info.coalesced, workers * calls)
        assert(info.currentSize <= 300 && info.bytes <= 100_000, JSON.stringify(info))
        assert(info.evictions > 0 && info.nearHits > 0)
        for (const { args, value } of cached.cacheEntries()) assert.strictEqual(value, 'value ' + args[0])
        // The counts of those who are gone are kept.
        await Promise.all(started.map(({ worker }) => worker.terminate()))
        assert.deepStrictEqual(cached.cacheInfo(), info)
        cached.cacheClear()
        assert.strictEqual(cached.cacheInfo().hits, 0)`,
        `
        const cached = make((n) => 'value ' + n, { maxSize: 300, maxBytes: 100_000, graceWindow: 0 })
        let seed = threadId
        const random = (n) => (seed = (seed * 48271) % 2147483647) % n
        parentPort.on('message', (calls) => {
          for (let i = 0; i < calls; i++) {
            const n = Math.min(random(1000), random(1000))
            assert.strictEqual(cached(n), 'value ' + n)
            if (i % 97 === 0) cached.cacheDelete(n)
            if (i % 101 === 0) cached.cacheSet([n], 'value ' + n)
          }
          parentPort.postMessage(cached.cacheInfo())
        })
        parentPort.postMessage('ready')`,
      ),
    )
  })

  it.each([
    ['uses the cache', true],
    ['never loads the addon', false],
  ])('may be terminated in the middle of a call, 250 of them, where the main thread %s', (_, mainUses) => {
    expectDone(
      runThreads(
        `
        const [batches, size] = [25, 10]
        const cached = ${mainUses} ? make((n) => 'value ' + n) : undefined
        for (let batch = 0; batch < batches; batch++) {
          const gate = new Int32Array(new SharedArrayBuffer(4))
          const started = Array.from({ length: size }, () => start({ batch, gate }))
          await Promise.all(started.map(({ ready }) => ready))
          Atomics.store(gate, 0, 1)
          Atomics.notify(gate, 0)
          for (let n = 0; n < 200; n++) assert(cached === undefined || cached(n) === 'value ' + n)
          await Promise.all(started.map(({ worker }) => worker.terminate()))
        }
        // Whoever still held the table would keep the name from being used in another way.
        cached?.cacheClose()
        const other = make((n) => -n, { maxSize: 7 })
        assert.strictEqual(other(1), -1)
        assert.strictEqual(other.cacheInfo().currentSize, 1)`,
        `
        const cached = make((n) => 'value ' + n, { near: workerData.batch % 2 === 0 })
        cached(0)
        parentPort.postMessage('ready')
        // Those who run would slow down those who start.
        Atomics.wait(workerData.gate, 0, 0)
        for (let i = 0; ; i++) {
          const n = (i * 7 + threadId) % 200
          assert.strictEqual(cached(n), 'value ' + n)
          if (i % 10 === 0) cached.cacheDelete(n)
          if (i % 1000 === 0) cached.cacheClear()
        }`,
      ),
    )
  })

  it('may be running when the process exits', () => {
    const { status, signal, stdout, stderr } = runThreads(
      `
      const started = Array.from({ length: 4 }, () => start())
      await Promise.all(started.map(({ ready }) => ready))
      make((n) => 'value ' + n)(1)
      process.exit(3)`,
      `
      const cached = make((n) => 'value ' + n)
      parentPort.postMessage('ready')
      for (let i = 0; ; i++) cached(i % 1000)`,
    )
    expect({ status, signal, stdout, stderr }).toEqual({ status: 3, signal: null, stdout: '', stderr: '' })
  })
})
