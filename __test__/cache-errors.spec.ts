/** The option `cacheErrors`: how long a failure is remembered, so that what is down is not asked by every call. */
import { describe, expect, it, vi } from 'vitest'
import { type CacheOptions, cache } from 'warp-cache'
import { deferred, turn } from './support/deferred'
import { FakeClock } from './support/fake-clock'

/** A cached function that fails with `error` while there is one; synchronous, or with promises. */
function failing(kind: 'sync' | 'async', options: CacheOptions) {
  const clock = new FakeClock()
  const state = { error: new Error('down') as unknown, runs: 0 }
  const compute = (n: number): unknown => {
    state.runs++
    if (state.error !== undefined) throw state.error
    return { n }
  }
  const cached =
    kind === 'sync'
      ? cache(compute, { ...options, now: clock.now })
      : cache(async (n: number) => compute(n), { ...options, now: clock.now })
  /** What a call comes to. */
  const outcome = async (n = 1): Promise<unknown> => {
    try {
      return await cached(n)
    } catch (error) {
      return ['failed', error]
    }
  }
  return { cached, clock, state, outcome }
}

describe.each(['sync', 'async'] as const)('a failure of a function that is %s', (kind) => {
  it.each([{}, { cacheErrors: undefined }, { cacheErrors: false as const }])(
    'is not remembered with %j',
    async (options) => {
      const { outcome, state, cached } = failing(kind, options)
      const { error } = state
      expect(await outcome()).toEqual(['failed', error])
      state.error = undefined
      expect(await outcome()).toEqual({ n: 1 })
      expect(cached.cacheInfo()).toMatchObject({ misses: 2, hits: 0, errors: 1 })
    },
  )

  it('is remembered for that many milliseconds, and fails again with the very same error', async () => {
    const { outcome, clock, state, cached } = failing(kind, { cacheErrors: 100 })
    const { error } = state
    const failed = (await outcome()) as unknown[]
    state.error = undefined
    clock.advance(99)
    const again = (await outcome()) as unknown[]
    expect(again[1]).toBe(error)
    expect(failed[1]).toBe(error)
    expect(state.runs).toBe(1)
    clock.advance(1)
    expect(await outcome()).toEqual({ n: 1 })
    expect(cached.cacheInfo()).toMatchObject({
      misses: 2,
      hits: 1,
      errors: 1,
      expirations: 1,
      currentSize: 1,
    })
  })

  it('is remembered for as long as a function says of that error', async () => {
    const decide = vi.fn((error: unknown) => (error instanceof RangeError ? 100 : false))
    const { outcome, clock, state } = failing(kind, { cacheErrors: decide })
    await outcome()
    expect(decide.mock.calls).toEqual([[state.error]])
    await outcome()
    expect(state.runs).toBe(2)
    state.error = new RangeError('over')
    await outcome()
    await outcome()
    expect(state.runs).toBe(3)
    clock.advance(100)
    await outcome()
    expect(state.runs).toBe(4)
    expect(decide).toHaveBeenCalledTimes(4)
  })

  it.each([undefined, null, true, Number.NaN, 0, -5, '100', {}, Promise.resolve(100), Symbol('forever')])(
    'is not remembered if that function says %s',
    async (nonsense) => {
      const { outcome, state } = failing(kind, { cacheErrors: () => nonsense as never })
      expect(await outcome()).toEqual(['failed', state.error])
      expect(await outcome()).toEqual(['failed', state.error])
      expect(state.runs).toBe(2)
    },
  )

  it('is not remembered, and not hidden, if that function throws', async () => {
    const { outcome, state } = failing(kind, {
      cacheErrors: () => {
        throw new Error('of the judge')
      },
    })
    expect(await outcome()).toEqual(['failed', state.error])
    expect(await outcome()).toEqual(['failed', state.error])
    expect(state.runs).toBe(2)
  })

  it('may be remembered for ever', async () => {
    const { outcome, clock, state } = failing(kind, { cacheErrors: () => Number.POSITIVE_INFINITY })
    await outcome()
    clock.advance(Number.MAX_SAFE_INTEGER)
    await outcome()
    expect(state.runs).toBe(1)
  })

  it.each([null, 0, 'text', false])('may be %j', async (error) => {
    const { outcome, state } = failing(kind, { cacheErrors: 100 })
    state.error = error
    expect([await outcome(), await outcome()]).toEqual([
      ['failed', error],
      ['failed', error],
    ])
    expect(state.runs).toBe(1)
  })

  it('is no entry for cacheHas, cachePeek and cacheEntries', async () => {
    const { outcome, cached } = failing(kind, { cacheErrors: 100 })
    await outcome()
    expect(cached.cacheHas(1)).toBe(false)
    expect(cached.cachePeek(1)).toBe(undefined)
    expect([...cached.cacheEntries()]).toEqual([])
  })

  it('is forgotten by cacheDelete, cacheClear, cacheSet and a refresh that succeeds', async () => {
    const { outcome, state, cached } = failing(kind, { cacheErrors: 100 })
    const fail = async () => {
      state.error = new Error('down')
      cached.cacheClear()
      await outcome()
      state.error = undefined
    }
    await fail()
    cached.cacheDelete(1)
    expect(await outcome()).toEqual({ n: 1 })
    await fail()
    cached.cacheClear()
    expect(await outcome()).toEqual({ n: 1 })
    await fail()
    cached.cacheSet([1], 'by hand' as never)
    expect(await outcome()).toBe('by hand')
    await fail()
    await cached.cacheRefresh(1)
    expect(await outcome()).toEqual({ n: 1 })
  })

  it('takes the room of an entry, and can be evicted', async () => {
    const { outcome, state, cached } = failing(kind, { cacheErrors: 100, maxSize: 2, policy: 'lru' })
    for (const n of [1, 2, 1, 3]) await outcome(n)
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 2, evictions: 1, misses: 3, hits: 1, errors: 3 })
    await outcome(1)
    expect(state.runs).toBe(3)
    await outcome(2)
    expect(state.runs).toBe(4)
  })

  it('lives for its own time, and values for theirs', async () => {
    const { outcome, clock, state } = failing(kind, { cacheErrors: 10, ttl: 1_000 })
    await outcome(1)
    state.error = undefined
    await outcome(2)
    clock.advance(10)
    await outcome(1)
    await outcome(2)
    expect(state.runs).toBe(3)
    clock.advance(990)
    await outcome(2)
    expect(state.runs).toBe(4)
  })

  it('leaves the values of a cache without a ttl there for ever', async () => {
    const { outcome, clock, state, cached } = failing(kind, { cacheErrors: 10 })
    state.error = undefined
    const value = await outcome()
    clock.advance(Number.MAX_SAFE_INTEGER)
    expect(await outcome()).toBe(value)
    expect([...cached.cacheEntries()]).toMatchObject([{ args: [1], expiresAt: undefined }])
  })

  it('does not take the place of a value that a refresh could not replace', async () => {
    const { outcome, state, cached } = failing(kind, { cacheErrors: 100 })
    state.error = undefined
    const value = await outcome()
    state.error = new Error('down')
    await expect((async () => cached.cacheRefresh(1))()).rejects.toBe(state.error)
    expect(await outcome()).toBe(value)
  })

  it('counts from when it failed', async () => {
    const clock = new FakeClock()
    let runs = 0
    const slow = cache(
      (): Promise<never> => {
        runs++
        clock.advance(1_000)
        if (kind === 'sync') throw new Error('down')
        return Promise.reject(new Error('down'))
      },
      { cacheErrors: 100, now: clock.now },
    )
    const fails = () => expect((async () => slow())()).rejects.toThrow('down')
    await fails()
    clock.advance(99)
    await fails()
    expect(runs).toBe(1)
    clock.advance(1)
    await fails()
    expect(runs).toBe(2)
  })
})

it('a remembered rejection is the same promise for every caller', async () => {
  const cached = cache(() => Promise.reject(new Error('down')), { cacheErrors: 1_000 })
  const first = cached()
  await expect(first).rejects.toThrow('down')
  expect(cached()).toBe(first)
})

it('a failure is shared while it is on its way, and remembered after', async () => {
  const answer = deferred()
  const compute = vi.fn(() => answer.promise)
  const cached = cache(compute, { cacheErrors: 1_000 })
  const waiting = [cached(), cached()]
  answer.reject('down')
  expect(await Promise.allSettled([...waiting, cached()])).toMatchObject(
    waiting.concat(answer.promise).map(() => ({ reason: 'down' })),
  )
  await turn()
  await expect(cached()).rejects.toBe('down')
  expect(compute).toHaveBeenCalledTimes(1)
  expect(cached.cacheInfo()).toMatchObject({ misses: 1, coalesced: 2, hits: 1, errors: 1 })
})

it('an error that the cache itself throws is not remembered', () => {
  const cached = cache((value: unknown) => value, { cacheErrors: 1_000 })
  expect(() => cached(() => {})).toThrow(expect.objectContaining({ code: 'ERR_WARP_CACHE_KEY' }))
  expect(cached.cacheInfo()).toMatchObject({ misses: 0, errors: 0, currentSize: 0 })
})
