/** The option `freeze`: a caller who changes a cached value gets a TypeError, instead of changing it for everybody. */
import { describe, expect, it } from 'vitest'
import { cache, createCache } from 'warp-cache'
import { deferred } from './support/deferred'

const frozen = <T>(value: T): T => cache(() => value, { freeze: true })()

describe('freeze', () => {
  it('makes a change of a cached value throw, for the first caller as for the others', () => {
    const user = cache((id: number) => ({ id, tags: ['a'], address: { city: 'Paris' } }), { freeze: true })
    for (const value of [user(1), user(1)]) {
      expect(() => {
        value.id = 2
      }).toThrow(TypeError)
      expect(() => value.tags.push('b')).toThrow(TypeError)
      expect(() => {
        value.address.city = 'Rome'
      }).toThrow(TypeError)
    }
    expect(user(1)).toEqual({ id: 1, tags: ['a'], address: { city: 'Paris' } })
  })

  it('is off where it is not asked for', () => {
    const user = cache((id: number) => ({ id }))
    user(1).id = 2
    expect(user(1)).toEqual({ id: 2 })
    expect(Object.isFrozen(cache(() => [], { freeze: false })())).toBe(false)
  })

  it('gives the value itself, not a copy', () => {
    const value = { a: [1] }
    expect(frozen(value)).toBe(value)
  })

  it.each([
    ['objects without a prototype', Object.assign(Object.create(null), { deep: { a: 1 } })],
    ['lists in lists', [[{ deep: [1] }]]],
    ['what stands under a symbol', { [Symbol('hidden')]: { a: 1 } }],
    ['what is not enumerable', Object.defineProperty({}, 'hidden', { value: { a: 1 } })],
    ['lists with holes and names', Object.assign(new Array(2), { 1: { a: 1 }, name: { a: 1 } })],
    ['what is frozen already, but not all the way', Object.freeze({ deep: { a: 1 } })],
  ])('reaches %s', (_, value) => {
    const everything = (part: unknown): unknown[] =>
      typeof part === 'object' && part !== null
        ? [
            part,
            ...Reflect.ownKeys(part).flatMap((name) =>
              everything((part as Record<PropertyKey, unknown>)[name]),
            ),
          ]
        : []
    const parts = everything(frozen(value))
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true)
  })

  it('ends where a value contains itself, or is very deep', () => {
    const cycle: { self?: unknown; list: unknown[] } = { list: [] }
    cycle.self = cycle
    cycle.list.push(cycle)
    expect(Object.isFrozen(frozen(cycle).list)).toBe(true)
    let deep: unknown[] = []
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(Object.isFrozen(frozen(deep))).toBe(true)
  })

  it('leaves what is no plain data as it is, with what that holds', () => {
    class Session {
      readonly users: string[] = []
    }
    const value = {
      session: new Session(),
      map: new Map([['a', { n: 1 }]]),
      date: new Date(5),
      bytes: new Uint8Array(2),
      call: Object.assign(() => {}, { calls: 0 }),
    }
    frozen(value)
    value.session.users.push('ada')
    value.map.get('a')!.n = 2
    value.date.setTime(6)
    value.bytes[0] = 1
    value.call.calls++
    expect(Object.values(value).map((part) => Object.isFrozen(part))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ])
  })

  it('leaves the namespace of a module alone, which nobody can freeze', async () => {
    const path = await import('node:path')
    const value = { path, list: [1] }
    expect(frozen(value).path.sep).toBe(path.sep)
    expect([Object.isFrozen(value), Object.isFrozen(value.list)]).toEqual([true, true])
    expect(cache(() => path, { freeze: true })()).toBe(path)
  })

  it('runs no getter', () => {
    const value = {
      get loud(): never {
        throw new Error('was read')
      },
    }
    expect(Object.isFrozen(frozen(value))).toBe(true)
  })

  it.each([1, 'a', null, undefined, true, 1n, Symbol('s')])('takes %s as it is', (value) => {
    expect(frozen(value)).toBe(value)
  })

  it('applies to what a promise is fulfilled with, before any caller sees it', async () => {
    const answer = deferred<{ rows: string[] }>()
    const query = cache(() => answer.promise, { freeze: true })
    const [a, b] = [query(), query()]
    const seen = [a.then(Object.isFrozen), b.then(({ rows }) => Object.isFrozen(rows))]
    answer.resolve({ rows: ['a'] })
    expect(await Promise.all(seen)).toEqual([true, true])
    expect(Object.isFrozen(await query())).toBe(true)
  })

  it('applies to what is set by hand or refreshed', async () => {
    const cached = cache((n: number): { n: number } | Promise<{ n: number }> => ({ n }), { freeze: true })
    cached.cacheSet([1], { n: 10 })
    expect(Object.isFrozen(cached(1))).toBe(true)
    expect(Object.isFrozen(cached.cacheRefresh(1))).toBe(true)
    cached.cacheSet([2], Promise.resolve({ n: 20 }))
    expect(Object.isFrozen(await cached(2))).toBe(true)
  })

  it('applies to a cache without a function', () => {
    const kept = createCache<string, { n: number[] }>({ freeze: true })
    kept.set('a', { n: [1] })
    expect(() => kept.get('a')?.n.push(2)).toThrow(TypeError)
  })

  describe('on a value that refuses to be frozen', () => {
    const stubborn = () =>
      new Proxy([] as unknown[], {
        preventExtensions() {
          throw new Error('stubborn')
        },
      })

    it('fails the call, and stores nothing', () => {
      let value: unknown = stubborn()
      const cached = cache(() => value, { freeze: true })
      expect(() => cached()).toThrow('stubborn')
      expect(cached.cacheHas()).toBe(false)
      value = [1]
      expect(cached()).toEqual([1])
    })

    it('rejects the promise, and does not stand in the way of the next call', async () => {
      let value: unknown = stubborn()
      const cached = cache(async () => value, { freeze: true })
      await expect(cached()).rejects.toThrow('stubborn')
      expect(cached.cacheHas()).toBe(false)
      value = [1]
      expect(await cached()).toEqual([1])
    })
  })
})
