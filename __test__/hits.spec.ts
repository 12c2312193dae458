/** What a cached function answers: the same values, for the same arguments, and no more of them than it has room for. */
import { describe, expect, it, vi } from 'vitest'
import { cache } from 'warp-cache'
import { POLICY_NAMES } from '../src/policies/policy'

describe('a cached function', () => {
  it('runs the function once for the same arguments, and returns the very same value', () => {
    const make = vi.fn((id: number) => ({ id }))
    const user = cache(make)
    const first = user(1)
    expect(user(1)).toBe(first)
    expect(user(2)).not.toBe(first)
    expect(make).toHaveBeenCalledTimes(2)
  })

  it.each([[null], [undefined], [false], [0], [-0], [Number.NaN], ['']])(
    'caches %s like any value',
    (value) => {
      const compute = vi.fn(() => value)
      const cached = cache(compute)
      expect(cached()).toBe(value)
      expect(cached()).toBe(value)
      expect(compute).toHaveBeenCalledTimes(1)
      expect(cached.cacheHas()).toBe(true)
    },
  )

  it('has the name and the number of parameters of the function', () => {
    function price(id: number, currency: string): string {
      return `${id} ${currency}`
    }
    const cached = cache(price)
    expect(cached.name).toBe('price')
    expect(cached).toHaveLength(2)
    expect(Object.keys(cached)).toEqual([])
  })

  it('leaves the function itself as it was', () => {
    const compute = Object.freeze((n: number) => n + 1)
    expect(cache(compute)(1)).toBe(2)
    expect(cache(compute)).not.toBe(compute)
    expect(compute).not.toHaveProperty('cacheInfo')
  })

  it('gives the function the `this` of the call, which is no part of the key', () => {
    const cached = cache(function (this: { name: string }, greeting: string) {
      return `${greeting}, ${this.name}`
    })
    expect(cached.call({ name: 'Ada' }, 'Hello')).toBe('Hello, Ada')
    expect(cached.call({ name: 'Bob' }, 'Hello')).toBe('Hello, Ada')
    expect(cached.call({ name: 'Bob' }, 'Goodbye')).toBe('Goodbye, Bob')
  })

  it.each([0, 1, 2, 3, 4, 5, 9, 70])('gives the function all of %i arguments, and looks at all', (count) => {
    const compute = vi.fn((...args: unknown[]) => args)
    const cached = cache(compute)
    const args = Array.from({ length: count }, (_, i) => i)
    const value = cached(...args)
    expect(value).toEqual(args)
    expect(cached(...args)).toBe(value)
    expect(cached(...args, undefined)).not.toBe(value)
    if (count > 0) expect(cached(...args.slice(0, -1), 'another')).not.toBe(value)
    expect(cached(...args)).toBe(value)
    expect(compute.mock.calls[0]).toEqual(args)
  })

  it.each([
    ['one object', [{ id: 7, lang: 'en' }], [{ lang: 'en', id: 7 }], [{ id: 7, lang: 'de' }]],
    ['one list', [[1, [2]]], [[1, [2]]], [[1, 2]]],
    ['an object among others', ['a', { x: 1 }], ['a', { x: 1 }], [{ x: 1 }, 'a']],
    ['a date', [new Date(5)], [new Date(5)], [5]],
    ['a Map', [new Map([[1, 2]])], [new Map([[1, 2]])], [new Map([[2, 1]])]],
  ])('takes equal arguments for the same: %s', (_, args, equal, other) => {
    const cached = cache((...given: unknown[]) => ({ given }))
    const value = cached(...args)
    expect(cached(...equal)).toBe(value)
    expect(cached(...other)).not.toBe(value)
  })

  it('goes by what the arguments were when it was called, whatever the function does to them', () => {
    const drain = cache((list: number[]) => list.splice(0).length)
    expect(drain([1, 2])).toBe(2)
    expect(drain([])).toBe(0)
    expect(drain([1, 2])).toBe(2)
    expect(drain.cacheInfo()).toMatchObject({ hits: 1, misses: 2 })
  })

  it('is called with `new` as without', () => {
    const cached = cache(function (id: number) {
      return { id, constructed: new.target !== undefined }
    })
    const value = new (cached as unknown as new (id: number) => object)(1)
    expect(value).toEqual({ id: 1, constructed: false })
    expect(cached(1)).toBe(value)
  })

  it('may be cached again', () => {
    const compute = vi.fn((n: number) => [n])
    const inner = cache(compute)
    const outer = cache(inner, { maxSize: 1 })
    const value = outer(1)
    outer(2)
    expect(outer(1)).toBe(value)
    expect(compute).toHaveBeenCalledTimes(2)
  })

  it('may be a bound function, a Proxy, or have properties named like those of functions', () => {
    const odd = Object.assign((n: number) => n * 2, { call: 'mine', apply: 'mine', bind: 'mine' })
    expect(cache(odd)(4)).toBe(8)
    expect(cache((a: number, b: number) => a * b).bind(null, 3)(4)).toBe(12)
    expect(cache(Math.max.bind(null, 5))(4)).toBe(5)
    expect(cache(new Proxy((n: number) => n + 1, {}))(4)).toBe(5)
  })

  it('throws what the function throws, and stores nothing', () => {
    const error = new Error('down')
    let down = true
    const cached = cache((n: number) => {
      if (down) throw error
      return n
    })
    expect(() => cached(1)).toThrow(error)
    expect(cached.cacheHas(1)).toBe(false)
    down = false
    expect(cached(1)).toBe(1)
    expect(cached.cacheInfo()).toMatchObject({ hits: 0, misses: 2, errors: 1, currentSize: 1 })
  })
})

describe.each(['function', 'options'] as const)('the options of cache(), given with the %s', (form) => {
  it('apply to that function alone', () => {
    const [one, two] = [(n: number) => n, (n: number) => -n]
    const decorate = cache({ maxSize: 1 })
    const wrapped =
      form === 'options'
        ? [decorate(one), decorate(two)]
        : [cache(one, { maxSize: 1 }), cache(two, { maxSize: 1 })]
    for (const cached of wrapped) {
      cached(1)
      cached(2)
      expect(cached.cacheInfo()).toMatchObject({ maxSize: 1, currentSize: 1, misses: 2, evictions: 1 })
    }
    expect(wrapped.map((cached) => cached(2))).toEqual([2, -2])
  })
})

describe('maxSize', () => {
  it('is 128 where none is given', () => {
    const cached = cache((n: number) => n)
    for (let i = 0; i < 128; i++) cached(i)
    expect(cached.cacheInfo()).toMatchObject({ maxSize: 128, currentSize: 128, evictions: 0 })
    cached(128)
    expect(cached.cacheInfo()).toMatchObject({ maxSize: 128, currentSize: 128, evictions: 1 })
  })

  describe.each(POLICY_NAMES)('with %s', (policy) => {
    it.each([1, 2, 3, 19, 20, 64, 100, 1000])(
      'of %i holds exactly that many, and evicts only when full',
      (maxSize) => {
        const cached = cache((n: number) => ({ n }), { maxSize, policy })
        for (let n = 0; n < 2 * maxSize + 5; n++) {
          const value = cached(n)
          expect(cached.cachePeek(n)).toBe(value)
          if (n % 3 === 0) cached(n)
          const { currentSize, evictions } = cached.cacheInfo()
          expect([currentSize, evictions]).toEqual([Math.min(n + 1, maxSize), Math.max(0, n + 1 - maxSize)])
        }
      },
    )

    it('of 0 stores nothing, whichever way it comes', () => {
      const compute = vi.fn((n: number) => n)
      const cached = cache(compute, { maxSize: 0, policy })
      expect([cached(1), cached(1)]).toEqual([1, 1])
      cached.cacheSet([1], 5)
      cached.cacheRefresh(1)
      expect(cached(1)).toBe(1)
      expect(compute).toHaveBeenCalledTimes(4)
      expect(cached.cacheInfo()).toMatchObject({
        hits: 0,
        misses: 3,
        maxSize: 0,
        currentSize: 0,
        evictions: 0,
      })
    })

    it('of Infinity evicts nothing', () => {
      const cached = cache((n: number) => ({ n }), { maxSize: Number.POSITIVE_INFINITY, policy })
      const values = Array.from({ length: 20_000 }, (_, n) => cached(n))
      expect(values.every((value, n) => cached(n) === value)).toBe(true)
      expect(cached.cacheInfo()).toMatchObject({
        maxSize: Number.POSITIVE_INFINITY,
        currentSize: 20_000,
        hits: 20_000,
        evictions: 0,
      })
    })
  })
})

describe('a function that calls its own cache', () => {
  const sizes = [0, 1, 2, 3, 10, Number.POSITIVE_INFINITY]

  it.each(POLICY_NAMES.flatMap((policy) => sizes.map((maxSize) => [policy, maxSize] as const)))(
    'is right with policy %s and maxSize %d',
    (policy, maxSize) => {
      const fib = cache((n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2)), { policy, maxSize })
      expect(fib(15)).toBe(610)
      expect(fib(15)).toBe(610)
      expect(fib.cacheInfo().currentSize).toBe(Math.min(maxSize, 16))
    },
  )

  it('computes each value once if there is room', () => {
    const fib = cache((n: bigint): bigint => (n < 2n ? n : fib(n - 1n) + fib(n - 2n)), { maxSize: 101 })
    expect(fib(100n)).toBe(354224848179261915075n)
    expect(fib.cacheInfo()).toMatchObject({ misses: 101, hits: 98 })
  })

  it('may do so through another cached function', () => {
    const isEven = cache((n: number): boolean => n === 0 || isOdd(n - 1), { maxSize: 3 })
    const isOdd = cache((n: number): boolean => n !== 0 && isEven(n - 1), { maxSize: 3 })
    expect([isEven(40), isOdd(40), isEven(7), isOdd(7)]).toEqual([true, false, false, true])
  })

  it('keeps its own value when what it called has filled the cache', () => {
    const cached = cache(
      (n: number): string => {
        if (n === 0) for (let i = 1; i <= 10; i++) cached(i)
        return `value ${n}`
      },
      { maxSize: 4 },
    )
    expect(cached(0)).toBe('value 0')
    expect(cached.cachePeek(0)).toBe('value 0')
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 4, misses: 11, evictions: 7 })
  })

  it('may compute the same key inside, of which one entry remains', () => {
    let depth = 0
    const cached = cache((key: string): string => (++depth < 3 ? `${cached(key)}+` : 'end'))
    expect(cached('k')).toBe('end++')
    expect(cached('k')).toBe('end++')
    expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 3, currentSize: 1 })
  })
})
