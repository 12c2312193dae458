/** Closing a cache over a native table: during calls, and for good; the name is free then, and the memory too. */
import { describe, expect, it, vi } from 'vitest'
import { cache } from 'warp-cache'
import { deferred, turn } from './support/deferred'
import { collectUntil } from './support/garbage'
import { freshName } from './support/native'
import { thrownBy } from './support/refused'
import { threads } from './support/threads'

describe('cacheClose', () => {
  it('lets later calls run uncached, and every control do nothing', () => {
    const compute = vi.fn((n: number) => n)
    const cached = threads(compute)
    cached(1)
    cached.cacheClose()
    cached.cacheClose()
    expect([cached(1), cached(1), cached.cacheRefresh(1)]).toEqual([1, 1, 1])
    expect(compute).toHaveBeenCalledTimes(4)
    cached.cacheSet([1], 2)
    cached.cacheClear()
    expect([cached.cacheHas(1), cached.cachePeek(1), cached.cacheDelete(1)]).toEqual([
      false,
      undefined,
      false,
    ])
    expect([...cached.cacheEntries()]).toEqual([])
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 0, currentSize: 0, bytes: 0, nearHits: 0 })
  })

  it.each([true, false])('may happen during a call (near: %s)', (near) => {
    const cached = threads(
      (n: number): number => {
        if (n === 1) cached.cacheClose()
        return n
      },
      { near },
    )
    expect([cached(0), cached(1), cached(1), cached(0)]).toEqual([0, 1, 1, 0])
  })

  it('may happen during a flight, whose callers get their result', async () => {
    const { promise, resolve, reject } = deferred<number>()
    const cached = threads((_n: number) => promise)
    const waiting = [cached(1), cached(1)]
    cached.cacheClose()
    resolve(5)
    reject(new Error('ignored'))
    expect(await Promise.all(waiting)).toEqual([5, 5])
    await turn()
    expect(cached.cacheHas(1)).toBe(false)
  })

  it('may happen while the entries are walked', () => {
    const cached = threads((n: number) => n)
    for (let n = 0; n < 10; n++) cached(n)
    const seen: unknown[] = []
    for (const { args } of cached.cacheEntries()) {
      seen.push(args)
      cached.cacheClose()
    }
    expect(seen.length).toBeGreaterThan(0)
  })

  it('may happen while a value is read', () => {
    const cached = threads(() => ({
      get a() {
        cached.cacheClose()
        return 1
      },
    }))
    expect(cached()).toEqual({ a: 1 })
    expect(cached()).toEqual({ a: 1 })
  })

  it('frees the name, whose next table is a new one', () => {
    const name = freshName()
    const first = threads((n: number) => n, { name })
    first(1)
    expect(thrownBy(() => threads((n: number) => -n, { name }))).toHaveProperty('code', 'ERR_WARP_CACHE_NAME')
    first.cacheClose()
    const second = threads((n: number) => -n, { name, maxSize: 5 })
    expect([second(1), second.cacheInfo().maxSize]).toEqual([-1, 5])
  })

  it('leaves the table to other handles of the isolate', () => {
    const name = freshName()
    const fn = (n: number) => ({ n })
    const [first, second] = [cache(fn, { backend: 'threads', name }), cache(fn, { backend: 'threads', name })]
    first(1)
    first.cacheClose()
    expect(second.cacheHas(1)).toBe(true)
    expect(thrownBy(() => threads(() => 1, { name }))).toHaveProperty('code', 'ERR_WARP_CACHE_NAME')
    second.cacheClose()
    threads(() => 1, { name })
  })

  it('lets go of values and of the memory', async () => {
    const size = 2 ** 20
    const make = () => {
      const cached = threads((n: number) => Buffer.alloc(size, n), {
        maxValueSize: 2 * size,
        maxSize: 40,
        nearSize: 40,
      })
      for (let n = 0; n < 40; n++) cached(n)
      const value = new WeakRef(cached(39))
      cached.cacheClose()
      return { cached, value }
    }
    const kept = make()
    expect(await collectUntil(() => kept.value.deref() === undefined)).toBe(true)
    const before = process.memoryUsage.rss()
    const all = [kept]
    for (let i = 0; i < 20; i++) {
      all.push(make())
      await collectUntil(() => true)
    }
    // Twenty tables of 40 MiB were filled; those that are closed are gone, also where the functions are kept.
    const grown = () => (process.memoryUsage.rss() - before) / size
    expect(await collectUntil(() => grown() < 400)).toBe(true)
    expect(all.length).toBe(21)
  })
})
