/** One cache for all processes: what one stores, sets, deletes or clears is so for all, also for what others remember. */
import { describe, expect, it } from 'vitest'
import { cacheDirectory, runProcesses } from './support/processes'
import { DEADLINE_MS, expectDone, runIn } from './support/program'

const SERVE = `
  const cached = make((n) => 'worker ' + n)
  serve(([what, ...args]) => (what === 'call' ? cached(...args) : cached[what](...args)) ?? null)`

describe.skipIf(process.platform === 'win32')('what one process does', () => {
  it('is so for all, also for what others remember', () => {
    expectDone(
      runProcesses(
        `
        const cached = make((n) => 'main ' + n)
        const { ask, ready } = start()
        await ready
        assert.strictEqual(cached(1), 'main 1')
        assert.strictEqual(await ask(['call', 1]), 'main 1')
        assert.strictEqual(await ask(['call', 2]), 'worker 2')
        for (let i = 0; i < 3; i++) assert.strictEqual(cached(2), 'worker 2')
        await ask(['cacheSet', [2], 'by hand'])
        for (let i = 0; i < 3; i++) assert.strictEqual(cached(2), 'by hand')
        assert.strictEqual(await ask(['cacheDelete', 2]), true)
        for (let i = 0; i < 3; i++) assert.strictEqual(cached(2), 'main 2')
        assert.deepStrictEqual(cached.cacheInfo(), await ask(['cacheInfo']))
        await ask(['cacheClear'])
        assert.deepStrictEqual([cached.cacheInfo().currentSize, cached.cacheInfo().misses], [0, 0])
        for (let i = 0; i < 3; i++) assert.strictEqual(cached(1), 'main 1')
        assert.deepStrictEqual(cached.cacheInfo(), await ask(['cacheInfo']))
        const { hits, misses, nearHits } = cached.cacheInfo()
        assert.deepStrictEqual({ hits, misses, nearHits }, { hits: 2, misses: 1, nearHits: 1 })
        cached.cacheClose()
        assert.strictEqual(cached(1), 'main 1')
        assert.strictEqual(await ask(['call', 1]), 'main 1')`,
        SERVE,
      ),
    )
  })

  it('by a promise is a resolved promise in processes that never ran the function', () => {
    expectDone(
      runProcesses(
        `
        const cached = make(async (n) => ({ n }), { name: 'promises' })
        await cached(1)
        const { ask, ready } = start()
        await ready
        assert.deepStrictEqual(await ask(1), { isPromise: true, value: { n: 1 } })`,
        `
        const cached = make(async () => { throw new Error('was run') }, { name: 'promises' })
        serve(async (n) => {
          const hit = cached(n)
          return { isPromise: hit instanceof Promise, value: await hit }
        })`,
      ),
    )
  })

  it('before a delete elsewhere is not stored after it', () => {
    expectDone(
      runProcesses(
        `
        const cached = make(() => 'new', { name: 'slow' })
        const { ask, ready } = start()
        await ready
        assert.strictEqual(await ask('begin'), 'begun')
        cached.cacheDelete(1)
        assert.strictEqual(await ask('end'), 'old')
        assert.strictEqual(cached.cacheHas(1), false)
        assert.strictEqual(cached(1), 'new')
        assert.strictEqual(await ask('again'), 'new')`,
        `
        let end
        const cached = make(() => new Promise((resolve) => { end = resolve }), { name: 'slow' })
        let computed
        serve((what) => {
          if (what === 'again') return cached(1)
          if (what === 'begin') {
            computed = cached(1)
            return 'begun'
          }
          end('old')
          return computed
        })`,
      ),
    )
  })

  it('is kept when all have gone: a restart is warm, and counters go on', () => {
    const source = `
      const { cache } = require('warp-cache')
      const cached = cache((n) => process.pid, { backend: 'shared', name: 'restart' })
      console.log(JSON.stringify([cached(1) === process.pid, cached.cacheInfo().misses]))`
    const run = () => JSON.parse(runIn({ WARP_CACHE_DIR: cacheDirectory }, DEADLINE_MS, source).stdout)
    expect([run(), run(), run()]).toEqual([
      [true, 1],
      [false, 1],
      [false, 1],
    ])
  })

  it('is for those who agree on name, version, codec and size; others have a cache of their own', () => {
    expectDone(
      runProcesses(
        `
        const variants = [{}, { name: 'shared2' }, { version: '2' }, { codec: 'json' }, { maxSize: 5 }, { maxBytes: 2 ** 20 },
          { maxKeySize: 99 }, { maxValueSize: 99 }, { graceWindow: 0 }]
        for (const [i, options] of variants.entries()) {
          const cached = make(() => i, { name: 'variants', ...options })
          assert.strictEqual(cached(1), i)
          cached.cacheClose()
        }
        const { ask, ready } = start()
        await ready
        for (const [i, options] of variants.entries()) assert.strictEqual(await ask(options), i)
        // How long entries live, and how hits are given, is each process's own affair.
        for (const options of [{ ttl: 1e6 }, { near: false }, { nearSize: 3 }, { freeze: true }])
          assert.strictEqual(await ask(options), 0)`,
        `
        serve((options) => {
          const cached = make(() => 'none', { name: 'variants', ...options })
          const found = cached(1)
          cached.cacheClose()
          return found
        })`,
      ),
    )
  })

  it('with a ttl ends for all at the same time', () => {
    expectDone(
      runProcesses(
        `
        let time = 1_000
        const cached = make(() => 'main', { name: 'timed', now: () => time })
        cached.cacheSet([1], 'short', { ttl: 10 })
        const { ask, ready } = start()
        await ready
        assert.deepStrictEqual([cached(1), await ask(1_009)], ['short', 'short'])
        time = 1_010
        assert.deepStrictEqual([await ask(1_010), cached(1)], ['worker', 'worker'])`,
        `
        let time
        const cached = make(() => 'worker', { name: 'timed', now: () => time })
        serve((now) => {
          time = now
          return cached(1)
        })`,
      ),
    )
  })

  it('goes for createCache, methods and every form of the option', () => {
    expectDone(
      runProcesses(
        `
        const entries = createCache({ backend: Backend.SHARED, name: 'entries' })
        entries.set({ a: 1 }, new Map([[1, 2]]))
        const { ask, ready } = start()
        await ready
        assert.deepStrictEqual(await ask('entries'), [[{ a: 1 }, new Map([[1, 2]])]])
        class Users {
          constructor(id) { this.id = id }
          name(n) { return this.id + ' ' + n + ' main' }
        }
        const options = { backend: 1, name: 'users', perInstance: (self) => self.id }
        Object.defineProperty(Users.prototype, 'name',
          cache(options)(Users.prototype, 'name', Object.getOwnPropertyDescriptor(Users.prototype, 'name')))
        assert.strictEqual(new Users(7).name(1), '7 1 main')
        assert.deepStrictEqual(await ask('users'), ['7 1 main', '8 1 worker'])`,
        `
        const entries = createCache({ backend: 'shared', name: 'entries' })
        class Users {
          constructor(id) { this.id = id }
          name(n) { return this.id + ' ' + n + ' worker' }
        }
        const options = { backend: Backend.SHARED, name: 'users', perInstance: (self) => self.id }
        Object.defineProperty(Users.prototype, 'name',
          cache(options)(Users.prototype, 'name', Object.getOwnPropertyDescriptor(Users.prototype, 'name')))
        serve((what) => what === 'users'
          ? [new Users(7).name(1), new Users(8).name(1)]
          : [...entries.entries()].map(({ key, value }) => [key, value]))`,
      ),
    )
  })
})

describe.skipIf(process.platform === 'win32')('a file that is taken away', () => {
  it('is left by all who use it within a second, also by those who only hit nearby', () => {
    expectDone(
      runProcesses(
        `
        const { readdirSync, rmSync } = require('node:fs')
        const cached = make(() => 'main', { name: 'removed' })
        const { ask, ready } = start()
        await ready
        assert.deepStrictEqual([await ask('call'), cached(1), cached(1)], ['worker', 'worker', 'worker'])
        const { dirname, join } = require('node:path')
        const [home] = readdirSync(process.env.WARP_CACHE_DIR)
        const directory = join(process.env.WARP_CACHE_DIR, home)
        for (const file of readdirSync(directory)) rmSync(join(directory, file))
        const until = async (done) => { while (!(await done())) await new Promise((resolve) => setImmediate(resolve)) }
        await until(() => cached(1) === 'main')
        // Both are in the new file.
        await until(async () => (await ask('call')) === 'main')
        assert.strictEqual(readdirSync(directory).length, 1)`,
        `
        const cached = make(() => 'worker', { name: 'removed' })
        serve(() => cached(1))`,
      ),
    )
  })
})
