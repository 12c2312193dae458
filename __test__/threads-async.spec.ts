/** Async functions over a native table: one computation for all who wait, settled values for all threads. */
import { describe, expect, it, vi } from 'vitest'
import { cache, type NativeCached } from 'warp-cache'
import { NativeTable } from '../src/backends/native-table'
import { parseFunctionOptions } from '../src/options'
import { deferred, turn } from './support/deferred'
import { FakeClock } from './support/fake-clock'
import { freshName } from './support/native'
import { threads } from './support/threads'

describe('an async function cached for all threads', () => {
  it('is shared while it is in flight, and a resolved promise afterwards', async () => {
    const compute = vi.fn(async (id: number) => ({ id }))
    const user = threads(compute)
    const first = user(1)
    expect(user(1)).toBe(first)
    const original = await first
    const hit = user(1)
    expect(hit).toBeInstanceOf(Promise)
    expect(await hit).toEqual({ id: 1 })
    expect(await hit).not.toBe(original)
    expect(compute).toHaveBeenCalledTimes(1)
    expect(user.cacheInfo()).toMatchObject({ misses: 1, coalesced: 1, hits: 1, currentSize: 1 })
  })

  it('gives near hits the same settled promise', async () => {
    const cached = threads(async (n: number) => [n])
    await cached(1)
    const hit = cached(1)
    expect([cached(1), cached(1), cached.cachePeek(1)].every((each) => each === hit)).toBe(true)
    const primitive = threads(async (n: number) => n)
    await primitive(1)
    const first = primitive(1)
    expect([primitive(1), primitive(1)].every((each) => each === first)).toBe(true)
  })

  it.each([undefined, null, 0, ''])('may be fulfilled with %o', async (value) => {
    const compute = vi.fn(async () => value)
    const cached = threads(compute, { near: false })
    for (let i = 0; i < 3; i++) expect(await cached()).toBe(value)
    expect(compute).toHaveBeenCalledTimes(1)
  })

  it('may be asynchronous only sometimes', async () => {
    const cached = threads((n: number): number | Promise<number> => (n > 0 ? Promise.resolve(n) : n), {
      near: false,
    })
    await cached(1)
    expect([cached(-1), cached(-1)]).toEqual([-1, -1])
    expect(cached(1)).toBeInstanceOf(Promise)
    expect(await cached(1)).toBe(1)
  })

  it('is no entry until it has settled', async () => {
    const { promise, resolve } = deferred<number>()
    const cached = threads(() => promise)
    cached()
    expect([cached.cacheHas(), cached.cachePeek(), cached.cacheInfo().currentSize]).toEqual([
      false,
      undefined,
      0,
    ])
    resolve(1)
    await turn()
    expect([cached.cacheHas(), await cached.cachePeek()]).toEqual([true, 1])
    expect([...cached.cacheEntries()]).toEqual([
      { args: [], value: expect.any(Promise), expiresAt: undefined },
    ])
  })

  it('lives for its ttl from when it has settled', async () => {
    const clock = new FakeClock()
    const { promise, resolve } = deferred<number>()
    const compute = vi.fn(() => promise)
    const cached = threads(compute, { ttl: 100, now: clock.now })
    cached()
    clock.advance(1_000)
    resolve(1)
    await turn()
    clock.advance(99)
    cached()
    expect(compute).toHaveBeenCalledTimes(1)
    clock.advance(1)
    cached()
    expect(compute).toHaveBeenCalledTimes(2)
  })

  it('fails for all who wait, with the very same reason, and is not stored', async () => {
    const reason = { code: 503 }
    const compute = vi.fn(async (n: number) => n)
    compute.mockRejectedValueOnce(reason)
    const cached = threads(compute)
    const outcomes = await Promise.allSettled([cached(1), cached(1)])
    for (const outcome of outcomes) expect(outcome).toEqual({ status: 'rejected', reason })
    expect(await cached(1)).toBe(1)
    expect(cached.cacheInfo()).toMatchObject({ misses: 2, coalesced: 1, errors: 1 })
  })

  it.each([
    ['set', (cached) => cached.cacheSet([1], 'by hand'), 'by hand'],
    ['deleted', (cached) => cached.cacheDelete(1), undefined],
    ['cleared', (cached) => cached.cacheClear(), undefined],
  ] as [string, (cached: ReturnType<typeof pending>['cached']) => void, string | undefined][])(
    'is not stored where its key was %s meanwhile',
    async (_, act, left) => {
      const { cached, settle } = pending()
      const waiting = cached(1)
      act(cached)
      settle[0].resolve('old')
      expect(await waiting).toBe('old')
      await turn()
      expect(cached.cachePeek(1)).toBe(left)
    },
  )

  it('starts anew for those who call after a delete', async () => {
    const { cached, settle } = pending()
    const before = cached(1)
    cached.cacheDelete(1)
    const after = cached(1)
    settle[1].resolve('new')
    settle[0].resolve('old')
    expect([await before, await after]).toEqual(['old', 'new'])
    expect(await cached(1)).toBe('new')
    expect(settle.length).toBe(2)
  })

  it('is not joined where the function itself has deleted its key before it returned', async () => {
    let calls = 0
    const cached = threads((n: number): Promise<string> => {
      if (++calls === 1) cached.cacheDelete(n)
      return Promise.resolve(`${n}:${calls}`)
    })
    const [first, second] = [cached(1), cached(1)]
    expect([await first, await second]).toEqual(['1:1', '1:2'])
    expect(await cached(1)).toBe('1:2')
  })

  it('may be set as a promise, which is stored once it is fulfilled', async () => {
    const { cached, settle } = pending()
    const { promise, resolve } = deferred<string>()
    cached.cacheSet([1], promise as never)
    const joined = cached(1)
    resolve('set')
    expect(await joined).toBe('set')
    expect(await cached(1)).toBe('set')
    expect(settle.length).toBe(0)
    cached.cacheSet([2], Promise.reject(new Error('never')) as never)
    await turn()
    expect([cached.cacheHas(2), cached.cacheInfo().errors]).toEqual([false, 0])
  })

  it('has refreshes that coalesce, of which the last one started is stored', async () => {
    const { cached, settle } = pending()
    const first = cached(1)
    const refresh = cached.cacheRefresh(1)
    expect(cached.cacheRefresh(1)).toBe(refresh)
    settle[1].resolve('new')
    expect(await refresh).toBe('new')
    settle[0].resolve('old')
    expect(await first).toBe('old')
    expect(await cached(1)).toBe('new')
  })
})

function pending() {
  const settle: ReturnType<typeof deferred<string>>[] = []
  const cached = threads((_n: number): string | Promise<string> => {
    const next = deferred<string>()
    settle.push(next)
    return next.promise
  })
  return { cached, settle }
}

describe('what began to be computed elsewhere', () => {
  it.each([
    ['a set', (cached) => cached.cacheSet([1], 'new')],
    ['a refresh', (cached) => cached.cacheRefresh(1)],
    ['a promise that was set', (cached) => cached.cacheSet([1], Promise.resolve('new') as never)],
  ] as [string, (cached: NativeCached<(n: number) => string>) => void][])(
    'before %s is not stored after it',
    async (_, act) => {
      const name = freshName()
      const cached = threads((_n: number) => 'new', { name })
      const elsewhere = new NativeTable(name, parseFunctionOptions({ backend: 'threads', name }))
      const token = elsewhere.tokenOf(1)
      act(cached)
      await turn()
      elsewhere.exchange.outgoing.bytes[0] = 0x80
      const outdated = 1
      const how = { ttl: Number.POSITIVE_INFINITY, token, replacing: false }
      expect(elsewhere.put(1, undefined, 1, 0, elsewhere.now(), how)).toBe(outdated)
      expect(await cached(1)).toBe('new')
    },
  )
})

describe('cacheErrors over a native table', () => {
  it.each(['thrown', 'rejected'])('remembers what was %s for that long, in this isolate', async (how) => {
    const clock = new FakeClock()
    const error = new Error('down')
    const compute = vi.fn((): unknown => {
      if (how === 'thrown') throw error
      return Promise.reject(error)
    })
    const cached = threads(compute, { cacheErrors: 100, now: clock.now })
    const outcome = async () => cached()
    for (let i = 0; i < 3; i++) await expect(outcome()).rejects.toBe(error)
    expect(compute).toHaveBeenCalledTimes(1)
    expect(cached.cacheInfo()).toMatchObject({ misses: 1, hits: 2, errors: 1, currentSize: 0 })
    expect([cached.cacheHas(), cached.cachePeek()]).toEqual([false, undefined])
    clock.advance(100)
    await expect(outcome()).rejects.toBe(error)
    expect(compute).toHaveBeenCalledTimes(2)
    cached.cacheDelete()
    await expect(outcome()).rejects.toBe(error)
    cached.cacheClear()
    await expect(outcome()).rejects.toBe(error)
    expect(compute).toHaveBeenCalledTimes(4)
    cached.cacheSet([], 1)
    expect(cached()).toBe(1)
  })
})

it('a promise that is set takes the place of an entry at once, for every handle', async () => {
  const name = freshName()
  const fn = async (id: number) => `computed ${id}`
  const [one, other] = [0, 1].map(() => cache(fn, { backend: 'threads', name }))
  await one!(1)
  await other!(1)
  const answer = deferred()
  one!.cacheSet([1], answer.promise as Promise<string>)
  expect([one!.cacheHas(1), other!.cacheHas(1)]).toEqual([false, false])
  const called = one!(1)
  answer.resolve('new')
  expect(await called).toBe('new')
  expect([await one!(1), await other!(1)]).toEqual(['new', 'new'])
})

describe.each(['cacheSet', 'cacheDelete'] as const)('while %s changes other keys', (change) => {
  const disturb = (cached: ReturnType<typeof threads<(key: string) => Promise<string>>>) => {
    for (let n = 0; n < 500; n++) {
      if (change === 'cacheSet') cached.cacheSet([`other ${n}`], '' as never)
      else cached.cacheDelete(`other ${n}`)
    }
  }

  it.each([true, false])('a refresh leaves nothing that is older (near: %s)', async (near) => {
    const answer = deferred<string>()
    let current = 'old'
    const cached = threads(
      async (_key: string) => {
        const value = current
        if (value === 'new') await answer.promise
        return value
      },
      { maxSize: 3_000, near },
    )
    await cached('key')
    expect(await cached('key')).toBe('old')
    current = 'new'
    const refreshed = cached.cacheRefresh('key')
    disturb(cached)
    answer.resolve('')
    expect(await refreshed).toBe('new')
    expect(await cached('key')).toBe('new')
  })

  it('a promise that is set by hand takes the place of what there was', async () => {
    const { promise, resolve } = deferred<string>()
    let current = 'old'
    const cached = threads(async (_key: string) => current, { maxSize: 3_000 })
    await cached('key')
    cached.cacheSet(['key'], promise)
    disturb(cached)
    current = 'of a computation'
    resolve('set by hand')
    await promise
    await turn()
    expect(['set by hand', 'of a computation']).toContain(await cached('key'))
  })
})
