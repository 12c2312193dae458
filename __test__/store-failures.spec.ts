/** Stores that throw, reject, answer nonsense or lie, and functions whose failures are remembered. */
import KeyvSix from 'keyv-6'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { cache, createCache } from 'warp-cache'
import { turn } from './support/deferred'
import { FakeClock } from './support/fake-clock'
import { JsonStore, PutOnly, SlowStore } from './support/stores'

let names = 0
const fresh = () => `failing ${++names}`

let warn: MockInstance<typeof process.emitWarning>
const unhandled = vi.fn()

beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  process.on('unhandledRejection', unhandled)
})

afterEach(async () => {
  await turn()
  process.off('unhandledRejection', unhandled)
  vi.restoreAllMocks()
  expect(unhandled).not.toHaveBeenCalled()
})

/** A store over a Map, whose methods of the given names fail while `down`. */
function failing(methods: string[], asynchronous: boolean) {
  const values = new Map<string, object>()
  const state = { down: true, values }
  const method =
    <A extends unknown[], R>(name: string, work: (...args: A) => R) =>
    (...args: A): R | Promise<R> => {
      const fails = state.down && methods.includes(name)
      if (asynchronous)
        return fails ? Promise.reject(new Error(`${name} is down`)) : Promise.resolve(work(...args))
      if (fails) throw new Error(`${name} is down`)
      return work(...args)
    }
  const store = {
    get: method('get', (key: string) => values.get(key)),
    set: method('set', (key: string, value: object) => void values.set(key, value)),
    delete: method('delete', (key: string) => values.delete(key)),
    clear: method('clear', () => values.clear()),
  }
  return { store, state }
}

describe.each([
  ['throws', false],
  ['rejects', true],
])('a store that %s', (_, asynchronous) => {
  it.each([['get'], ['set'], ['get', 'set', 'delete', 'clear']])(
    'in %s %s: results are computed',
    async (...methods) => {
      const { store, state } = failing(methods, asynchronous)
      const fn = vi.fn((id: number) => id * 2)
      const cached = cache(fn, { backend: store, name: fresh() })
      const later = cache(async (id: number) => id * 3, { backend: store, name: fresh() })
      for (let i = 0; i < 3; i++) {
        expect(await cached(2)).toBe(4)
        expect(await later(2)).toBe(6)
      }
      await turn()
      expect(fn).toHaveBeenCalledTimes(3)
      expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 3, errors: 0 })
      expect(cached.cacheInfo().storeErrors).toBeGreaterThanOrEqual(3)
      state.down = false
      await cached(2)
      await turn()
      await cached(2)
      expect(cached.cacheInfo().hits).toBeGreaterThanOrEqual(1)
    },
  )

  it('warns once for each cached function, and says what and why', async () => {
    const { store } = failing(['get', 'set'], asynchronous)
    for (const name of ['warned one', 'warned two']) {
      const cached = cache((id: number) => id, { backend: store, name })
      for (let i = 0; i < 3; i++) await cached(i)
    }
    await turn()
    expect(warn.mock.calls).toEqual(
      ['warned%20one', 'warned%20two'].map((name) => [
        expect.stringContaining(`'${name}' failed in get: get is down`),
        { type: 'WarpCacheWarning', code: 'WARP_CACHE_STORE' },
      ]),
    )
  })

  it('lets nothing be controlled, and no control fail', async () => {
    const { store } = failing(['get', 'set', 'delete', 'clear'], asynchronous)
    const cached = cache((id: number) => id, { backend: store, name: fresh(), exclusive: true })
    const made = createCache<number, number>({ backend: store, name: fresh() })
    expect(await cached.cacheHas(1)).toBe(false)
    expect(await cached.cachePeek(1)).toBe(undefined)
    expect(await cached.cacheSet([1], 2)).toBe(undefined)
    expect(await cached.cacheDelete(1)).toBe(false)
    expect(await cached.cacheClear()).toBe(undefined)
    expect(await cached.cacheRefresh(1)).toBe(1)
    await made.set(1, 2)
    expect(await made.get(1)).toBe(undefined)
    expect(made.info().storeErrors).toBeGreaterThan(0)
    cached.cacheClose()
  })

  it('does not keep serving what it will not delete', async () => {
    const { store, state } = failing(['delete'], asynchronous)
    const cached = cache((id: number) => `computed ${id}`, { backend: store, name: fresh() })
    await cached.cacheSet([1], 'old')
    await cached.cacheDelete(1)
    await turn()
    expect(await cached(1)).toBe('computed 1')
    expect(cached.cacheInfo().storeErrors).toBe(1)
    expect(state.down).toBe(true)
  })

  it('does not keep serving what it will not replace', async () => {
    const { store, state } = failing(['set'], asynchronous)
    const cached = cache((id: number) => `computed ${id}`, { backend: store, name: fresh() })
    state.down = false
    await cached.cacheSet([1], 'old')
    await cached.cacheSet([2], 'other')
    state.down = true
    await cached.cacheSet([1], 'new')
    await turn()
    expect(await cached(1)).toBe('computed 1')
    expect(await cached(2)).toBe('other')
    expect(cached.cacheInfo().storeErrors).toBe(2)
  })

  it('is told of a clear that it did not write down as soon as it can', async () => {
    const { store, state } = failing(['set'], asynchronous)
    const [name, clock] = [fresh(), new FakeClock()]
    state.down = false
    const cached = cache((id: number) => id, { backend: store, name, now: clock.now })
    await cached(1)
    state.down = true
    await cached.cacheClear()
    await turn()
    state.down = false
    clock.advance(1_000)
    expect(await cached.cacheHas(1)).toBe(false)
    await turn()
    const other = cache((id: number) => id, { backend: { ...store }, name, now: clock.now })
    expect(await other.cacheHas(1)).toBe(false)
  })

  it('is told of it too where another process has begun something new before', async () => {
    const { store, state } = failing(['set'], asynchronous)
    const [name, clock] = [fresh(), new FakeClock()]
    state.down = false
    const [a, b] = [store, { ...store }].map((backend) =>
      cache((id: number) => id, { backend, name, now: clock.now }),
    )
    await a(1)
    await b.cacheClear()
    await b.cacheSet([1], 11)
    state.down = true
    await a.cacheClear()
    await turn()
    state.down = false
    clock.advance(1_000)
    expect(await a.cacheHas(1)).toBe(false)
    await turn()
    clock.advance(1_000)
    expect(await b.cacheHas(1)).toBe(false)
  })

  it('may throw anything', async () => {
    const hostile = Object.create(Error.prototype, {
      message: {
        get() {
          throw new Error('not even a message')
        },
      },
    })
    for (const thrown of [undefined, null, 'text', 7, hostile, { toString: null }]) {
      const fail = () => {
        if (asynchronous) return Promise.reject(thrown)
        throw thrown
      }
      const backend = { get: fail, set: fail, delete: fail, clear: fail }
      const cached = cache((id: number) => id, { backend, name: fresh() })
      expect(await cached(1)).toBe(1)
    }
  })
})

describe('a store that answers promises and then throws', () => {
  it('still leaves the function asynchronous', async () => {
    const { store, state } = failing([], true)
    const cached = cache((id: number) => id, { backend: store, name: fresh() })
    await cached(1)
    store.get = () => {
      throw new Error('closed')
    }
    const result = cached(1)
    expect(result).toBeInstanceOf(Promise)
    expect(await result).toBe(1)
    expect(state.values.size).toBe(2)
  })
})

describe('a set that says false', () => {
  it('is a failure: Keyv swallows those of its own store', async () => {
    const { store } = failing(['set'], true)
    const keyv = new KeyvSix({ store: store as never })
    keyv.on('error', () => {})
    const cached = cache((id: number) => id, { backend: keyv, name: fresh() })
    for (let i = 0; i < 2; i++) {
      expect(await cached(1)).toBe(1)
      await turn()
    }
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 2, storeErrors: 3 })
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('it answered false'), expect.anything())
  })
})

describe('a set that never ends', () => {
  it('holds up no caller', async () => {
    const store = new SlowStore()
    const cached = cache((id: number) => id, { backend: store, name: fresh() })
    const call = cached(1)
    store.take(/get/).happen()
    await turn()
    store.take(/get/).happen()
    expect(await call).toBe(1)
    expect(store.whatWaits()).toEqual([expect.stringContaining('set'), 'set 1'])
  })
})

describe('what is no envelope of this key', () => {
  const hostile = new Proxy(
    {},
    {
      get(_, name) {
        if (name === 'then') return undefined // or it could not come as a promise's value
        throw new Error('hands off')
      },
    },
  )
  const garbage: [string, (key: string) => unknown][] = [
    ['null', () => null],
    ['a number', () => 42],
    ['a string', () => 'x'],
    ['true', () => true],
    ['a list', () => [1]],
    ['an empty object', () => ({})],
    ['an object', () => ({ v: 'wrong' })],
    ['the envelope of another key', (key) => ({ k: `${key} `, v: 'wrong' })],
    ['another kind of promise', (key) => ({ k: key, v: 'wrong', p: 2 })],
    ['an end that is no time', (key) => ({ k: key, v: 'wrong', e: 'later' })],
    ['an end that was no number in JSON', (key) => ({ k: key, v: 'wrong', e: null })],
    ['an end that is no number', (key) => ({ k: key, v: 'wrong', e: Number.NaN })],
    ['a function', () => () => 'wrong'],
    ['a Proxy that throws', () => hostile],
  ]

  it.each(garbage)('is a miss: %s', async (_, answer) => {
    for (const asynchronous of [false, true]) {
      const store = new JsonStore()
      const get = (key: string): unknown => {
        const found = key.endsWith('generation') ? store.get(key) : answer(key)
        return asynchronous ? Promise.resolve(found) : found
      }
      const backend = { get, set: store.set.bind(store), delete: () => true, clear: () => {} }
      const cached = cache((id: number) => `right ${id}`, { backend, name: fresh() })
      expect(await cached(1)).toBe('right 1')
      expect(await cached.cacheHas(1)).toBe(false)
      expect(cached.cacheInfo()).toMatchObject({ misses: 1, storeErrors: 0 })
    }
  })

  it('is a miss also where a store confuses keys: it folds case, or cuts them', () => {
    for (const confuse of [(key: string) => key.toLowerCase(), (key: string) => key.slice(0, 45)]) {
      const store = new JsonStore()
      const backend = {
        get: (key: string) => store.get(confuse(key)),
        set: (key: string, value: object) => store.set(confuse(key), value),
        delete: (key: string) => store.delete(confuse(key)),
        clear: () => store.clear(),
      }
      const cached = cache((word: string) => word, { backend, name: `Confused ${names++}` })
      const words = ['a', 'A', 'ab', 'x'.repeat(50), `${'x'.repeat(50)}y`]
      for (let i = 0; i < 3; i++) for (const word of words) expect(cached(word)).toBe(word)
    }
  })
})

describe('cacheErrors over a store', () => {
  const failingOnce = () => {
    let calls = 0
    return vi.fn((id: number): number => {
      if (++calls === 1) throw new Error(`no ${id}`)
      return id
    })
  }

  it('remembers in this process, for the given time, and stores nothing', () => {
    const [store, clock, fn] = [new Map<string, object>(), new FakeClock(), failingOnce()]
    const cached = cache(fn, { backend: store, name: fresh(), cacheErrors: 100, now: clock.now })
    let first: unknown
    try {
      cached(1)
    } catch (error) {
      first = error
    }
    clock.advance(99)
    expect(() => cached(1)).toThrow(first as Error)
    expect(fn).toHaveBeenCalledTimes(1)
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 1, errors: 1 })
    expect(cached.cacheHas(1)).toBe(false)
    expect(store.size).toBe(1)
    clock.advance(1)
    expect(cached(1)).toBe(1)
  })

  it('gives a rejection where the function does, or the store makes one of it', async () => {
    const later = failingOnce()
    const plain = failingOnce()
    const options = { cacheErrors: (error: unknown) => (error instanceof Error ? 1e6 : false) } as const
    for (const cached of [
      cache(async (id: number) => later(id), {
        backend: new Map<string, object>(),
        name: fresh(),
        ...options,
      }),
      cache(plain, { backend: Object.assign(new SlowStore(), { fast: true }), name: fresh(), ...options }),
    ]) {
      const calls = [cached(1), cached(1)]
      for (const call of calls) await expect(call).rejects.toThrow('no 1')
      await turn()
      await expect(cached(1)).rejects.toThrow('no 1')
      expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 1, coalesced: 1, errors: 1 })
    }
    expect(later).toHaveBeenCalledTimes(1)
    expect(plain).toHaveBeenCalledTimes(1)
  })

  it.each(['cacheSet', 'cacheDelete', 'cacheClear', 'cacheRefresh'] as const)(
    'is over with %s',
    (control) => {
      const cached = cache(failingOnce(), {
        backend: new Map<string, object>(),
        name: fresh(),
        cacheErrors: 1e6,
      })
      expect(() => cached(1)).toThrow('no 1')
      expect(() => cached(1)).toThrow('no 1')
      if (control === 'cacheSet') cached.cacheSet([1], 1)
      else cached[control](1)
      expect(cached(1)).toBe(1)
    },
  )

  it('remembers a thousand at most, and forgets the first', () => {
    const fn = vi.fn((id: number): number => {
      throw new Error(`no ${id}`)
    })
    const cached = cache(fn, { backend: new Map<string, object>(), name: fresh(), cacheErrors: 1e6 })
    for (let id = 0; id < 1_001; id++) expect(() => cached(id)).toThrow()
    expect(fn).toHaveBeenCalledTimes(1_001)
    expect(() => cached(1)).toThrow()
    expect(() => cached(1_000)).toThrow()
    expect(fn).toHaveBeenCalledTimes(1_001)
    expect(() => cached(0)).toThrow()
    expect(fn).toHaveBeenCalledTimes(1_002)
  })

  it('does not remember what a refresh met: the old value stays', async () => {
    let broken = false
    const cached = cache(
      (id: number) => {
        if (broken) throw new Error('no')
        return id
      },
      { backend: new Map<string, object>(), name: fresh(), cacheErrors: 1e6 },
    )
    cached(1)
    broken = true
    expect(() => cached.cacheRefresh(1)).toThrow('no')
    expect(cached(1)).toBe(1)
  })
})

describe('a store that cannot delete', () => {
  it('counts a deletion that it will not write as a failure, and forgets', () => {
    const store = new PutOnly()
    const cached = cache((id: number) => `computed ${id}`, { backend: store, name: fresh() })
    cached.cacheSet([1], 'old')
    vi.spyOn(store, 'put').mockImplementationOnce(() => {
      throw new Error('full')
    })
    expect(cached.cacheDelete(1)).toBe(true)
    expect(cached(1)).toBe('computed 1')
    expect(cached.cacheInfo().storeErrors).toBe(1)
  })
})
