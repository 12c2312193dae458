/** Calls, writes and clears over a store that overlap, in one process and between several. */
import { describe, expect, it, vi } from 'vitest'
import { cache, createCache } from 'warp-cache'
import { type Deferred, deferred, turn } from './support/deferred'
import { fc, SOAK } from './support/draws'
import { FakeClock } from './support/fake-clock'
import { JsonStore, SlowStore } from './support/stores'

const RUNS = SOAK ? 200_000 : 2_000

let names = 0
const fresh = () => `concurrent ${++names}`

/** A function over a slow store that has been asked for its generation. */
async function overSlowStore<F extends (id: number) => unknown>(fn: F, options = {}) {
  const store = new SlowStore()
  const cached = cache(fn, { backend: store, name: fresh(), ...options })
  const has = cached.cacheHas(0)
  store.take(/generation/).happen()
  await turn()
  store.take(/^set .*generation/).happen()
  store.take(/^get/).happen()
  await has
  return { store, cached }
}

describe('single flight', () => {
  it('shares one look into the store and one computation', async () => {
    const result = deferred<string>()
    const fn = vi.fn((_: number) => result.promise)
    const { store, cached } = await overSlowStore(fn)
    const first = cached(1)
    expect(cached(1)).toBe(first)
    expect(store.whatWaits()).toEqual(['get 1'])
    store.take(/get/).happen()
    await turn()
    expect(cached(1)).toBe(first)
    expect(fn).toHaveBeenCalledTimes(1)
    expect(store.whatWaits()).toEqual([])
    result.resolve('done')
    expect(await first).toBe('done')
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 1, coalesced: 2 })
  })

  it('counts one hit where the store has the entry', async () => {
    const { store, cached } = await overSlowStore((id: number) => id)
    cached.cacheSet([1], 11)
    store.take(/set/).happen()
    await turn()
    const calls = [cached(1), cached(1), cached(1)]
    store.take(/get/).happen()
    expect(await Promise.all(calls)).toEqual([11, 11, 11])
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 0, coalesced: 2 })
  })

  it('begins before the store has said which generation it is', async () => {
    const store = new SlowStore()
    const fn = vi.fn((id: number) => id)
    const cached = cache(fn, { backend: store, name: fresh() })
    const calls = [cached(1), cached(1), cached(2)]
    expect(store.whatWaits()).toEqual([expect.stringContaining('generation')])
    store.hurry()
    expect(await Promise.all(calls)).toEqual([1, 1, 2])
    expect(fn).toHaveBeenCalledTimes(2)
  })

  it('hands a failure to every waiter, once each, and then it is over', async () => {
    const error = new Error('no')
    const fn = vi.fn(async (_: number) => {
      throw error
    })
    const { store, cached } = await overSlowStore(fn)
    const calls = [cached(1), cached(1)]
    store.hurry()
    for (const call of calls) await expect(call).rejects.toBe(error)
    expect(cached.cacheInfo()).toMatchObject({ errors: 1, misses: 1, coalesced: 1 })
    await expect(cached(1)).rejects.toBe(error)
    expect(fn).toHaveBeenCalledTimes(2)
  })
})

describe('the set of a slow store', () => {
  it('is waited for by no caller, and its value is seen meanwhile', async () => {
    const fn = vi.fn((id: number) => ({ id }))
    const { store, cached } = await overSlowStore(fn)
    const first = cached(1)
    store.take(/get/).happen()
    const value = await first
    expect(store.whatWaits()).toEqual(['set 1'])
    const second = cached(1)
    store.take(/get/).happen()
    expect(await second).toBe(value)
    expect(fn).toHaveBeenCalledTimes(1)
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
  })

  it('never overtakes another write of its key, and what is outdated is not written', async () => {
    const { store, cached } = await overSlowStore((id: number) => id)
    const writes = [
      cached.cacheSet([1], 1),
      cached.cacheSet([1], 2),
      cached.cacheDelete(1),
      cached.cacheSet([1], 3),
    ]
    expect(store.whatWaits()).toEqual(['set 1', 'get 1'])
    store.take(/set/).happen()
    await turn()
    expect(store.whatWaits()).toEqual(['get 1', 'set 1'])
    expect(store.values.size).toBe(2)
    store.hurry()
    await Promise.all(writes)
    expect(await cached(1)).toBe(3)
    expect(cached.cacheInfo().storeErrors).toBe(0)
  })
})

describe('the delete of a slow store', () => {
  it('is asked for when the store has said whether there is something, and counts at once', async () => {
    const { store, cached } = await overSlowStore((id: number) => `computed ${id}`)
    const set = cached.cacheSet([1], 'set')
    store.take(/set/).happen()
    await set
    const deleted = cached.cacheDelete(1)
    expect(store.whatWaits()).toEqual(['get 1'])
    const call = cached(1)
    store.hurry()
    expect(await deleted).toBe(true)
    expect(await call).toBe('computed 1')
  })
})

describe.each<[string, (cached: { cacheDelete(id: number): unknown; cacheClear(): unknown }) => unknown]>([
  ['cacheDelete', (cached) => cached.cacheDelete(1)],
  ['cacheClear', (cached) => cached.cacheClear()],
])('%s', (_, invalidate) => {
  it('while the store is asked: waiting callers get the result, which is not stored', async () => {
    const fn = vi.fn((id: number) => id)
    const { store, cached } = await overSlowStore(fn)
    const before = cached(1)
    const done = invalidate(cached)
    store.hurry()
    expect(await before).toBe(1)
    await done
    expect(await cached.cacheHas(1)).toBe(false)
  })

  it('during the computation: the same, and later callers start anew', async () => {
    const results: Deferred<string>[] = []
    const { store, cached } = await overSlowStore((_: number) => {
      const result = deferred<string>()
      results.push(result)
      return result.promise
    })
    store.hurry()
    const before = cached(1)
    await turn()
    await invalidate(cached)
    const after = cached(1)
    await turn()
    expect(results).toHaveLength(2)
    results[1].resolve('new')
    expect(await after).toBe('new')
    results[0].resolve('old')
    expect(await before).toBe('old')
    await turn()
    expect(await cached.cachePeek(1)).toBe('new')
  })

  it('by a synchronous function itself: its result is not stored', () => {
    const cached = cache(
      (id: number) => {
        invalidate(cached)
        return id
      },
      { backend: new Map<string, object>(), name: fresh() },
    ) as ((id: number) => number) & { cacheHas(id: number): boolean } & Parameters<typeof invalidate>[0]
    expect(cached(1)).toBe(1)
    expect(cached.cacheHas(1)).toBe(false)
  })
})

describe('cacheSet', () => {
  it('during a flight: what was set stays', async () => {
    const result = deferred<string>()
    const { store, cached } = await overSlowStore((_: number) => result.promise)
    store.hurry()
    const before = cached(1)
    await turn()
    await cached.cacheSet([1], Promise.resolve('set'))
    expect(await cached(1)).toBe('set')
    result.resolve('computed')
    expect(await before).toBe('computed')
    await turn()
    expect(await cached(1)).toBe('set')
  })

  it('of a promise: callers join it, and it is stored when it is fulfilled', async () => {
    const fn = vi.fn(async (id: number) => `computed ${id}`)
    const cached = cache(fn, { backend: new Map<string, object>(), name: fresh() })
    const given = deferred<string>()
    cached.cacheSet([1], given.promise)
    const call = cached(1)
    expect(cached.cacheHas(1)).toBe(false)
    given.resolve('given')
    expect(await call).toBe('given')
    expect(cached.cacheHas(1)).toBe(true)
    expect(await cached(1)).toBe('given')
    expect(fn).not.toHaveBeenCalled()
  })

  it('of a promise that is rejected stores nothing and bothers nobody', async () => {
    const cached = cache(async (id: number) => id, { backend: new SlowStore(), name: fresh() })
    const made = createCache<number, unknown>({ backend: new Map<string, object>(), name: fresh() })
    cached.cacheSet([1], Promise.reject(new Error('no')))
    made.set(1, Promise.reject(new Error('no')))
    await turn()
    expect(made.has(1)).toBe(false)
  })

  it('of a promise over a slow store is done when it is written', async () => {
    const { store, cached } = await overSlowStore(async (id: number) => id)
    let done = false
    const set = cached.cacheSet([1], Promise.resolve(5)).then(() => {
      done = true
    })
    await turn()
    expect(done).toBe(false)
    store.take(/set/).happen()
    await set
    expect(store.values.size).toBe(2)
  })
})

describe('cacheRefresh', () => {
  it('shares one computation among those that ask meanwhile, and with callers', async () => {
    const result = deferred<string>()
    const fn = vi.fn((_: number) => result.promise)
    const { store, cached } = await overSlowStore(fn)
    store.hurry()
    await cached.cacheSet([1], Promise.resolve('old'))
    const refreshes = [cached.cacheRefresh(1), cached.cacheRefresh(1)]
    expect(cached(1)).toBe(refreshes[0])
    result.resolve('new')
    expect(await Promise.all(refreshes)).toEqual(['new', 'new'])
    expect(fn).toHaveBeenCalledTimes(1)
    await turn()
    expect(await cached.cachePeek(1)).toBe('new')
  })
})

describe('arguments that the caller changes while the store is asked', () => {
  interface Query {
    page: number
    self?: unknown
  }
  async function pagesOver(options: { key?: (query: Query) => unknown }) {
    const { store, cached } = await overSlowStore(((query: Query) => query.page) as never, options as never)
    return { store, pages: cached as unknown as (query: Query) => Promise<number> }
  }

  it.each<[string, (query: Query) => unknown]>([
    ['to others', (query) => (query.page = 2)],
    ['to what is no key', (query) => (query.self = query)],
  ])('%s are what they were at the call, for all who wait', async (_, change) => {
    const { store, pages } = await pagesOver({})
    const query = { page: 1 }
    const [first, joined] = [pages(query), pages({ page: 1 })]
    change(query)
    store.hurry()
    expect(await Promise.all([first, joined])).toEqual([1, 1])
    expect(await pages({ page: 1 })).toBe(1)
  })

  it('are not stored under the key that they had, where that does not tell what they were', async () => {
    const { store, pages } = await pagesOver({ key: ({ page }) => page })
    const query = { page: 1 }
    const first = pages(query)
    query.page = 2
    store.hurry()
    expect(await first).toBe(2)
    expect(await pages({ page: 1 })).toBe(1)
  })
})

describe('what is done by hand before the store has answered', () => {
  const act = (how: string, cached: Primed) =>
    how === 'cacheSet' ? cached.cacheSet([1], 'last') : cached.cacheDelete(1)
  interface Primed {
    (id: number): Promise<unknown>
    cacheSet(args: [number], value: unknown): unknown
    cacheDelete(id: number): unknown
    cacheRefresh(id: number): unknown
  }

  it.each([
    ['cacheSet', 'last'],
    ['cacheDelete', 'computed'],
  ])('is done before what a function does that waited for the same answer: %s', async (how, expected) => {
    const texts = new Map<string, object>()
    const store = {
      get: async (key: string) => {
        await turn()
        return texts.get(key)
      },
      set: async (key: string, value: object) => {
        texts.set(key, value)
      },
      delete: async (key: string) => texts.delete(key),
      clear: async () => texts.clear(),
    }
    const clock = new FakeClock()
    const cached = cache(
      (id: number) => {
        if (id === 0) act(how, cached as unknown as Primed)
        return 'computed'
      },
      { backend: store, name: fresh(), now: clock.now },
    ) as unknown as Primed
    // Both times the store is asked for its generation first.
    for (const later of [0, 2_000]) {
      clock.advance(later)
      const refreshed = cached.cacheRefresh(0)
      await Promise.all([refreshed, cached.cacheSet([1], 'first')])
      await turn()
      expect(await cached(1)).toBe(expected)
    }
  })
})

describe('processes that share a store', () => {
  /** Each process has a store object of its own over the same data, and its own clock. */
  function shared() {
    const { texts } = new JsonStore()
    const name = fresh()
    let computed = 0
    const start = () => {
      const clock = new FakeClock()
      const store = Object.assign(new JsonStore(), { texts })
      const cached = cache((id: number) => `${id} computed ${++computed}`, {
        backend: store,
        name,
        now: clock.now,
      })
      return { cached, clock }
    }
    const generation = () => [...texts.keys()].find((key) => key.endsWith('#generation'))!
    return { start, texts, generation }
  }

  it('see the entries of one another', () => {
    const { start } = shared()
    const [a, b] = [start(), start()]
    expect(a.cached(1)).toBe('1 computed 1')
    expect(b.cached(1)).toBe('1 computed 1')
    expect(start().cached(1)).toBe('1 computed 1')
  })

  it('see the clear of another one after a second at most, however long they were idle', () => {
    const { start } = shared()
    const [a, b] = [start(), start()]
    a.cached(1)
    b.cached(1)
    b.clock.advance(999)
    a.cached.cacheClear()
    expect(a.cached(1)).toBe('1 computed 2')
    expect(b.cached(1)).toBe('1 computed 1')
    b.clock.advance(1)
    expect(b.cached(1)).toBe('1 computed 2')
    a.cached.cacheClear()
    b.clock.advance(1e9)
    expect(b.cached.cacheHas(1)).toBe(false)
    a.cached.cacheClear()
    b.clock.advance(1e9)
    b.cached.cacheSet([1], 'set')
    expect(a.cached(1)).toBe('set')
    b.clock.advance(1e9)
    a.cached.cacheClear()
    a.cached.cacheSet([1], 'set')
    expect(b.cached.cacheDelete(1)).toBe(true)
    expect(a.cached.cacheHas(1)).toBe(false)
  })

  it('agree in the end if they start at the same time', async () => {
    const values = new Map<string, object>()
    const name = fresh()
    const processes = [1, 2, 3].map((id) => {
      const store = Object.assign(new SlowStore(), { values })
      const clock = new FakeClock()
      const cached = cache((key: number) => `${key} by ${id}`, { backend: store, name, now: clock.now })
      return { store, clock, cached }
    })
    const first = processes.map(({ cached }) => cached(1))
    for (const { store } of processes) store.take(/^get .*generation/).happen()
    await turn()
    for (const { store } of processes) store.hurry()
    await Promise.all(first)
    await turn()
    for (const { clock } of processes) clock.advance(1_000)
    const second: string[] = []
    for (const { cached } of processes) {
      second.push(await cached(2))
      await turn()
    }
    expect(new Set(second).size).toBe(1)
  })

  it('do not store what they computed before a clear of another one that they have seen', async () => {
    const values = new Map<string, object>()
    const name = fresh()
    const results: Deferred<string>[] = []
    const [a, b] = [1, 2].map(() => {
      const clock = new FakeClock()
      const store = Object.assign(new SlowStore(), { values, fast: true })
      const fn = (_: number) => {
        results.push(deferred<string>())
        return results[results.length - 1].promise
      }
      return { clock, cached: cache(fn, { backend: store, name, now: clock.now }) }
    })
    await b.cached.cacheHas(0)
    const old = a.cached(1)
    await turn()
    await b.cached.cacheClear()
    a.clock.advance(1_000)
    expect(await a.cached.cacheHas(1)).toBe(false)
    results[0].resolve('old')
    expect(await old).toBe('old')
    await turn()
    expect([await a.cached.cacheHas(1), await b.cached.cacheHas(1)]).toEqual([false, false])
  })

  it('never take up a generation again: not if the store loses it, nor if it comes back', () => {
    const { start, texts, generation } = shared()
    const { cached, clock } = start()
    cached(1)
    const key = generation()
    const first = texts.get(key)!
    cached.cacheClear()
    texts.set(key, first)
    clock.advance(1_000)
    expect(cached(1)).toBe('1 computed 2')
    expect(texts.get(key)).not.toBe(first)
    expect(start().cached(1)).toBe('1 computed 2')
    texts.delete(key)
    expect(start().cached(1)).toBe('1 computed 3')
    clock.advance(1_000)
    expect(cached(1)).toBe('1 computed 3')
  })

  it.each(['{}', '7', '{"v":"x"}', 'null', '"…"'])(
    'begin a new one where something else is found: %s',
    (text) => {
      const { start, texts, generation } = shared()
      start().cached(1)
      texts.set(generation(), text)
      const { cached } = start()
      expect(cached(1)).toBe('1 computed 2')
      expect(cached(1)).toBe('1 computed 2')
      expect(start().cached(1)).toBe('1 computed 2')
    },
  )
})

describe('whatever the order in which the store does things, and whatever it fails in', () => {
  type Command = {
    do: 'call' | 'set' | 'delete' | 'clear' | 'refresh' | 'happen' | 'fail' | 'return' | 'tick'
    at: number
  }
  const kinds = ['call', 'set', 'delete', 'refresh', 'return'] as const
  const command: fc.Arbitrary<Command> = fc.record({
    do: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...kinds) },
      { weight: 6, arbitrary: fc.constant('happen' as const) },
      { weight: 3, arbitrary: fc.constant('fail' as const) },
      { weight: 1, arbitrary: fc.constantFrom('clear' as const, 'tick' as const) },
    ),
    at: fc.nat(9),
  })

  /** Runs the commands; every result must be from after the last set, delete or clear that its call came after. */
  async function run(commands: Command[], synchronous: boolean, failures: boolean): Promise<number> {
    const store = new SlowStore()
    const clock = new FakeClock()
    const computing: (() => void)[] = []
    const notBefore = [0, 0]
    let moment = 0
    let stale = 0
    const results: Promise<void>[] = []
    const fn = (_: number): number | Promise<number> => {
      const started = moment
      if (synchronous) return started
      const { promise, resolve } = deferred<number>()
      computing.push(() => resolve(started))
      return promise
    }
    const cached = cache(fn, { backend: store, name: fresh(), now: clock.now })
    for (const { do: what, at } of commands) {
      moment++
      const id = at % 2
      if (what === 'call' || what === 'refresh') {
        const bound = notBefore[id]
        const result = what === 'call' ? cached(id) : cached.cacheRefresh(id)
        results.push(
          Promise.resolve(result).then((started) => {
            if (started < bound) stale++
          }),
        )
      } else if (what === 'set' || what === 'delete') {
        notBefore[id] = moment
        results.push(
          Promise.resolve(what === 'set' ? cached.cacheSet([id], moment) : cached.cacheDelete(id)).then(
            () => {},
          ),
        )
      } else if (what === 'clear') {
        notBefore.fill(moment)
        results.push(Promise.resolve(cached.cacheClear()))
      } else if (what === 'return') computing.splice(at % (computing.length || 1), 1)[0]?.()
      else if (what === 'tick') clock.advance(700)
      else {
        const [taken] = store.waiting.splice(at % (store.waiting.length || 1), 1)
        if (what === 'fail' && failures) taken?.fail(new Error('down'))
        else taken?.happen()
      }
      await turn()
    }
    store.hurry()
    for (let i = 0; i < 9; i++) {
      for (const finish of computing.splice(0)) finish()
      await turn()
    }
    await Promise.all(results)
    for (const id of [0, 1]) {
      const call = cached(id)
      await turn()
      for (const finish of computing.splice(0)) finish()
      if ((await call) < notBefore[id]) stale++
    }
    return stale
  }

  it.each([
    ['a synchronous function', true, false],
    ['an asynchronous function', false, false],
    ['a synchronous function, over a store that fails', true, true],
    ['an asynchronous function, over a store that fails', false, true],
  ])(
    'nothing from before a set, delete or clear is served after it: %s',
    async (_, synchronous, failures) => {
      const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
          expect(await run(commands, synchronous, failures)).toBe(0)
        }),
        { numRuns: RUNS },
      )
      warning.mockRestore()
    },
  )
})
