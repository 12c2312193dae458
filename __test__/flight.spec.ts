/**
 * Single flight: concurrent calls share one computation, and what is done to a key while it is computed decides whether
 * the result is stored. `flight-model.spec.ts` checks any order of events.
 */
import { describe, expect, it, vi } from 'vitest'
import { type CacheOptions, cache } from 'warp-cache'
import { type Deferred, deferred, turn } from './support/deferred'

/** A cached function whose computations the test settles, in the order in which they started. */
function settled(options: CacheOptions = {}) {
  const started: Deferred<unknown>[] = []
  const cached = cache(
    (_key: unknown): Promise<unknown> => {
      const answer = deferred()
      started.push(answer)
      return answer.promise
    },
    { maxSize: 4, ...options },
  )
  return { cached, started }
}

describe('concurrent calls', () => {
  it('of a hundred callers share one computation and its promise', async () => {
    const { cached, started } = settled()
    const promises = Array.from({ length: 100 }, () => cached('a'))
    expect(started).toHaveLength(1)
    expect(new Set(promises).size).toBe(1)
    started[0].resolve('value')
    expect(new Set(await Promise.all(promises))).toEqual(new Set(['value']))
    expect(cached.cacheInfo()).toMatchObject({ misses: 1, coalesced: 99, hits: 0, currentSize: 1 })
  })

  it.each([
    [[0], [-0]],
    [
      [1, 2],
      [2, 1],
    ],
    [[{ a: 1, b: 2 }], [{ a: 2, b: 1 }]],
    [[], [undefined]],
  ])('share one computation for the arguments %j, and none with %j', async (args, others) => {
    const compute = vi.fn(async (..._args: unknown[]) => turn())
    const cached = cache(compute)
    const all = [cached(...args), cached(...others), cached(...args), cached(...others)]
    expect(all[2]).toBe(all[0])
    expect(all[3]).toBe(all[1])
    await Promise.all(all)
    expect(compute).toHaveBeenCalledTimes(2)
  })

  it('that come one after another, in different turns, share one while it lasts', async () => {
    const { cached, started } = settled()
    const promises = [cached('a')]
    for (let i = 0; i < 5; i++) {
      await turn()
      promises.push(cached('a'))
    }
    started[0].resolve(1)
    expect(await Promise.all(promises)).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('share a failure, and the next call starts anew', async () => {
    const { cached, started } = settled()
    const error = new Error('down')
    const promises = [cached('a'), cached('a')]
    started[0].reject(error)
    for (const outcome of await Promise.allSettled(promises)) expect(outcome).toMatchObject({ reason: error })
    const next = cached('a')
    started[1].resolve('up')
    expect(await next).toBe('up')
    expect(cached.cacheInfo()).toMatchObject({ misses: 2, coalesced: 1, errors: 1 })
  })

  it('share one also where nothing is stored', async () => {
    const { cached, started } = settled({ maxSize: 0 })
    const promises = [cached('a'), cached('a')]
    started[0].resolve(1)
    expect(await Promise.all(promises)).toEqual([1, 1])
    cached('a')
    expect(started).toHaveLength(2)
    expect(cached.cacheInfo()).toMatchObject({ misses: 2, coalesced: 1, hits: 0, currentSize: 0 })
  })

  it('are not evicted: only entries are', async () => {
    const { cached, started } = settled({ maxSize: 1 })
    const flying = Array.from({ length: 50 }, (_, key) => cached(key))
    expect(flying.map((_, key) => cached(key))).toEqual(flying)
    expect(started).toHaveLength(50)
    for (const [key, { resolve }] of started.entries()) resolve(key)
    expect(await Promise.all(flying)).toEqual(flying.map((_, key) => key))
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 1, evictions: 49, coalesced: 50 })
  })

  it('settle in any order, each for its own callers', async () => {
    const { cached, started } = settled()
    const [a, b, c] = ['a', 'b', 'c'].map((key) => cached(key))
    a.catch(() => {})
    started[2].resolve('C')
    await turn()
    started[0].reject('A')
    await turn()
    started[1].resolve('B')
    expect(await Promise.allSettled([a, b, c])).toMatchObject([
      { reason: 'A' },
      { value: 'B' },
      { value: 'C' },
    ])
    expect(['a', 'b', 'c'].map((key) => cached.cacheHas(key))).toEqual([false, true, true])
  })

  it('may come from the function itself, for other keys', async () => {
    const sum = cache(async (n: number): Promise<number> => (n === 0 ? 0 : n + (await sum(n - 1))))
    expect(await Promise.all([sum(30), sum(20), sum(30)])).toEqual([465, 210, 465])
    expect(sum.cacheInfo()).toMatchObject({ misses: 31, coalesced: 2 })
  })
})

describe.each([
  ['cacheDelete', (cached: ReturnType<typeof settled>['cached']) => cached.cacheDelete('a')],
  ['cacheClear', (cached: ReturnType<typeof settled>['cached']) => cached.cacheClear()],
  [
    'cacheSet',
    (cached: ReturnType<typeof settled>['cached']) => cached.cacheSet(['a'], Promise.resolve('set')),
  ],
])('%s during a computation', (control, act) => {
  it('leaves those who wait their result, and keeps it out of the cache', async () => {
    const { cached, started } = settled()
    const waiting = [cached('a'), cached('a')]
    act(cached)
    started[0].resolve('outdated')
    expect(await Promise.all(waiting)).toEqual(['outdated', 'outdated'])
    await turn()
    expect(await cached.cachePeek('a')).toBe(control === 'cacheSet' ? 'set' : undefined)
  })

  it('lets later callers start anew', async () => {
    const { cached, started } = settled()
    const waiting = cached('a')
    act(cached)
    const later = cached('a')
    expect(later).not.toBe(waiting)
    if (control !== 'cacheSet') started[1].resolve('new')
    const value = await later
    expect(value).toBe(control === 'cacheSet' ? 'set' : 'new')
    started[0].resolve('outdated')
    expect(await waiting).toBe('outdated')
    await turn()
    expect(await cached('a')).toBe(value)
  })

  it('keeps out what settles last, too', async () => {
    const { cached, started } = settled()
    const outdated = cached('a')
    act(cached)
    cached('a')
    started[0].resolve('outdated')
    await outdated
    expect(cached.cacheHas('a')).toBe(control === 'cacheSet')
    started[1]?.resolve('new')
    await turn()
    expect(await cached('a')).toBe(control === 'cacheSet' ? 'set' : 'new')
  })

  it('lets those who wait have a failure, of which nothing remains', async () => {
    const { cached, started } = settled({ cacheErrors: 1_000 })
    const waiting = cached('a')
    act(cached)
    started[0].reject('failed')
    await expect(waiting).rejects.toBe('failed')
    const next = cached('a')
    started[1]?.resolve('new')
    expect(await next).toBe(control === 'cacheSet' ? 'set' : 'new')
  })
})

describe('a function that acts on its own cache before it returns', () => {
  const acts = {
    cacheDelete: (cached: Own) => cached.cacheDelete(1),
    cacheClear: (cached: Own) => cached.cacheClear(),
  }
  type Own = { cacheDelete(n: number): boolean; cacheClear(): void; cacheHas(n: number): boolean }

  it.each(Object.entries(acts))('has its result kept out by %s', (_, act) => {
    const cached = cache((n: number): string => {
      if (n === 1) act(cached)
      return `value ${n}`
    })
    expect(cached(1)).toBe('value 1')
    expect(cached.cacheHas(1)).toBe(false)
    expect(cached(2)).toBe('value 2')
    expect(cached.cacheHas(2)).toBe(true)
  })

  it.each(Object.entries(acts))('has its promise kept out by %s', async (_, act) => {
    const cached = cache(async (n: number): Promise<string> => {
      if (n === 1) act(cached)
      return `value ${n}`
    })
    expect(await cached(1)).toBe('value 1')
    expect(cached.cacheHas(1)).toBe(false)
  })

  it.each(Object.entries(acts))('has the result of a call further up kept out by %s', (_, act) => {
    const cached = cache((n: number): number => {
      if (n === 3) act(cached)
      return n < 3 ? cached(n + 1) : n
    })
    expect(cached(1)).toBe(3)
    expect(cached.cacheHas(1)).toBe(false)
    expect(cached(1)).toBe(3)
  })

  it('has the result that it set, not the one that it returned', () => {
    const cached = cache((n: number): string => {
      cached.cacheSet([n], 'set')
      return 'returned'
    })
    expect(cached(1)).toBe('returned')
    expect(cached(1)).toBe('set')
  })

  it('has its promise kept out by what it set', async () => {
    const cached = cache(async (n: number): Promise<string> => {
      cached.cacheSet([n], 'set' as never)
      return 'returned'
    })
    expect(await cached(1)).toBe('returned')
    expect(cached(1)).toBe('set')
  })

  it('leaves one entry also if looking at its value runs it again', () => {
    const looking: ((run: () => void) => unknown)[] = [
      (run) => Object.defineProperty({}, 'then', { get: run }),
      (run) =>
        new Proxy([], {
          preventExtensions(target) {
            run()
            return Reflect.preventExtensions(target)
          },
        }),
    ]
    for (const valueThat of looking) {
      let runs = 0
      const cached = cache((key: string): unknown => valueThat(() => ++runs === 1 && cached(key)), {
        freeze: true,
      })
      const value = cached('a')
      expect(cached('a')).toBe(value)
      expect(cached.cacheInfo()).toMatchObject({ currentSize: 1 })
      expect(cached.cacheDelete('a')).toBe(true)
      expect(cached.cacheInfo()).toMatchObject({ currentSize: 0 })
    }
  })

  it('does not keep out the result of another key', () => {
    const cached = cache((n: number): number => {
      cached.cacheDelete(n + 1)
      cached.cacheSet([n + 2], 0)
      return n
    })
    cached(1)
    expect([1, 2, 3].map((n) => cached.cacheHas(n))).toEqual([true, false, true])
  })

  it('does not keep out what is computed after it', () => {
    let act = true
    const cached = cache((n: number): number => {
      if (act) cached.cacheClear()
      return n
    })
    cached(1)
    act = false
    cached(1)
    expect(cached.cacheHas(1)).toBe(true)
  })

  it('may throw after it', () => {
    const cached = cache(
      (n: number): number => {
        cached.cacheDelete(n)
        throw new Error('down')
      },
      { cacheErrors: 1_000 },
    )
    expect(() => cached(1)).toThrow('down')
    expect(cached.cacheInfo()).toMatchObject({ errors: 1, currentSize: 0 })
  })
})

describe('cacheRefresh', () => {
  it.each<[string, object]>([
    ['memory', {}],
    ['threads', { backend: 'threads' }],
    ['store', { backend: new Map<string, object>() }],
  ])('that is over at once is not undone by a promise that began before it (%s)', async (name, options) => {
    const older = deferred<string>()
    let answer: string | Promise<string> = older.promise
    const cached = cache(() => answer, { name: `refresh at once, ${name}`, ...options })
    const first = cached()
    answer = 'new'
    expect(cached.cacheRefresh()).toBe('new')
    older.resolve('old')
    expect(await first).toBe('old')
    await turn()
    expect(cached()).toBe('new')
  })

  it('serves the old value until the new one is there', async () => {
    const { cached, started } = settled()
    const old = cached('a')
    started[0].resolve('old')
    await old
    const refreshed = cached.cacheRefresh('a')
    expect(cached('a')).toBe(old)
    started[1].resolve('new')
    expect(await refreshed).toBe('new')
    expect(cached('a')).toBe(refreshed)
  })

  it('leaves the old value if it fails', async () => {
    const { cached, started } = settled({ cacheErrors: 1_000 })
    const old = cached('a')
    started[0].resolve('old')
    await old
    const refreshed = cached.cacheRefresh('a')
    started[1].reject('failed')
    await expect(refreshed).rejects.toBe('failed')
    expect(cached('a')).toBe(old)
    expect(cached.cacheInfo()).toMatchObject({ errors: 1, hits: 1, currentSize: 1 })
  })

  it('leaves the old value if a synchronous function throws', () => {
    let value = 'old'
    const cached = cache(() => {
      if (value === '') throw new Error('down')
      return value
    })
    cached()
    value = ''
    expect(() => cached.cacheRefresh()).toThrow('down')
    expect(cached()).toBe('old')
    value = 'new'
    expect(cached.cacheRefresh()).toBe('new')
    expect(cached()).toBe('new')
  })

  it('of one key coalesces with a refresh that is on its way', async () => {
    const { cached, started } = settled()
    const promises = [cached.cacheRefresh('a'), cached.cacheRefresh('a'), cached.cacheRefresh('b')]
    expect(promises[1]).toBe(promises[0])
    expect(started).toHaveLength(2)
    for (const { resolve } of started) resolve(1)
    await Promise.all(promises)
  })

  it('starts a computation of its own beside a call’s, and is the one that is stored', async () => {
    const { cached, started } = settled()
    const called = cached('a')
    const refreshed = cached.cacheRefresh('a')
    expect(refreshed).not.toBe(called)
    expect(cached('a')).toBe(refreshed)
    started[1].resolve('refreshed')
    await refreshed
    started[0].resolve('called')
    expect(await called).toBe('called')
    expect(await cached('a')).toBe('refreshed')
  })

  it('is stored also if the call’s computation settles first', async () => {
    const { cached, started } = settled()
    const called = cached('a')
    const refreshed = cached.cacheRefresh('a')
    started[0].resolve('called')
    await called
    expect(cached.cacheHas('a')).toBe(false)
    started[1].resolve('refreshed')
    await refreshed
    expect(await cached('a')).toBe('refreshed')
  })

  it('computes where there was nothing to refresh', async () => {
    const { cached, started } = settled()
    const refreshed = cached.cacheRefresh('a')
    const called = cached('a')
    expect(called).toBe(refreshed)
    started[0].resolve(1)
    await refreshed
    expect(cached.cacheInfo()).toMatchObject({ misses: 0, coalesced: 1, hits: 0, currentSize: 1 })
  })

  it('is no call: it counts neither as a hit nor as a miss', () => {
    const cached = cache((n: number) => n)
    cached.cacheRefresh(1)
    cached(1)
    cached.cacheRefresh(1)
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 0, coalesced: 0 })
  })

  it('gives the function the `this` of no call', () => {
    const seen: unknown[] = []
    const cached = cache(function (this: unknown) {
      seen.push(this)
    })
    cached.cacheRefresh()
    expect(seen).toEqual([undefined])
  })
})

describe('cacheSet with a promise', () => {
  it('is what callers share at once, and an entry when it is fulfilled', async () => {
    const { cached, started } = settled()
    const answer = deferred()
    cached.cacheSet(['a'], answer.promise)
    const called = cached('a')
    answer.resolve('by hand')
    expect(await called).toBe('by hand')
    expect(cached('a')).toBe(called)
    expect(started).toEqual([])
    expect(cached.cacheInfo()).toMatchObject({ misses: 0, coalesced: 1, hits: 1, currentSize: 1 })
  })

  it('takes the place of an entry at once, and of whatever comes before it is fulfilled', async () => {
    const { cached } = settled()
    cached.cacheSet(['a'], Promise.resolve('old'))
    await turn()
    const answer = deferred()
    cached.cacheSet(['a'], answer.promise)
    const called = cached('a')
    expect(cached.cacheHas('a')).toBe(false)
    answer.resolve('new')
    expect(await called).toBe('new')
    expect(await cached('a')).toBe('new')
  })

  it('stores nothing if it is rejected, and does not count as an error of the function', async () => {
    const { cached, started } = settled({ cacheErrors: 1_000 })
    const answer = deferred()
    answer.promise.catch(() => {})
    cached.cacheSet(['a'], answer.promise)
    const called = cached('a')
    answer.reject('failed')
    await expect(called).rejects.toBe('failed')
    cached('a')
    expect(started).toHaveLength(1)
    expect(cached.cacheInfo()).toMatchObject({ errors: 0, currentSize: 0, misses: 1 })
  })

  it('raises no unhandled rejection of its own', async () => {
    const heard: unknown[] = []
    const listener = (reason: unknown) => heard.push(reason)
    process.on('unhandledRejection', listener)
    try {
      const { cached } = settled()
      const answer = deferred()
      answer.promise.catch(() => {})
      cached.cacheSet(['a'], answer.promise)
      answer.reject('failed')
      await turn()
      await turn()
    } finally {
      process.off('unhandledRejection', listener)
    }
    expect(heard).toEqual([])
  })

  it('gives way to a later set, delete or clear', async () => {
    for (const act of ['set', 'delete', 'clear'] as const) {
      const { cached } = settled()
      const answer = deferred()
      cached.cacheSet(['a'], answer.promise)
      if (act === 'set') cached.cacheSet(['a'], 'later' as never)
      else if (act === 'delete') cached.cacheDelete('a')
      else cached.cacheClear()
      answer.resolve('outdated')
      await turn()
      expect(cached.cachePeek('a')).toBe(act === 'set' ? 'later' : undefined)
    }
  })
})

describe('cacheClose during a computation', () => {
  it('leaves those who wait their result, and stores nothing', async () => {
    const { cached, started } = settled()
    const waiting = cached('a')
    cached.cacheClose()
    started[0].resolve('value')
    expect(await waiting).toBe('value')
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 0 })
    const later = cached('a')
    expect(later).toBe(started[1].promise)
  })
})
