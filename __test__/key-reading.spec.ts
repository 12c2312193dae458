/** How arguments are read: once, whatever they do meanwhile, from any realm, and however many kinds of them there are. */
import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import { cache } from '../src/index.js'
import { collectUntil } from './support/garbage.js'
import { counting, isSame, permutations, range } from './support/keys.js'

describe('other realms', () => {
  const sources = [
    ...[
      '({ a: 1, b: [1, 2] })',
      '[1, [2]]',
      'new Map([[1, { a: 1 }]])',
      'new Set([1])',
      'new Date(5)',
      '/a/g',
    ],
    ...[
      'new Uint8Array([1, 2])',
      'new Float64Array(100)',
      'new ArrayBuffer(3)',
      'new DataView(new ArrayBuffer(3))',
    ],
    ...['Object.create(null)', '[,]', 'Object.assign([1], { a: 1 })', '({ [Symbol.for("a")]: 1 })'],
  ]

  it.each(sources)('%s is the same from another one', (source) => {
    const here = vm.runInThisContext(source)
    const there = vm.runInNewContext(source)
    expect(isSame(here, there)).toBe(true)
    expect(isSame(there, vm.runInNewContext(source))).toBe(true)
  })

  it('classes from there are refused as those from here are', () => {
    const there = vm.runInNewContext('new (class Thing {})')
    expect(() => counting()(there)).toThrow('class Thing')
    expect(() => counting()(vm.runInNewContext('new (class Dates extends Date {})'))).toThrow('class Dates')
  })
})

describe('many kinds of objects through one function', () => {
  it('dictionaries, of more than 32 names, by their sorted names', () => {
    for (const count of [31, 32, 33, 34, 100, 5000]) {
      const cached = counting()
      const entries = range(count).map((i): [string, unknown] => [`name ${i}`, [i]])
      const result = cached(Object.fromEntries(entries))
      expect(cached(Object.fromEntries(entries.toReversed())), `${count} names`).toBe(result)
      expect(cached(Object.fromEntries(entries.with(7, ['name 7', [8]])))).not.toBe(result)
      expect(cached(Object.fromEntries(entries.with(7, ['other', [7]])))).not.toBe(result)
      expect(cached(Object.fromEntries(entries.slice(1)))).not.toBe(result)
      expect(cached(Object.assign(Object.create(null), Object.fromEntries(entries)))).not.toBe(result)
    }
  })

  it('3,000 sets of names: equal objects hit, whenever they came and in whichever order', () => {
    const cached = counting()
    const object = (i: number) => ({ [`a${i}`]: i, both: 'x', [`z${i % 7}`]: { [`deep${i}`]: i } })
    const turned = (i: number) => ({ [`z${i % 7}`]: { [`deep${i}`]: i }, both: 'x', [`a${i}`]: i })
    const results = range(3000).map((i) => cached(object(i)))
    expect(new Set(results).size).toBe(3000)
    expect(range(3000).map((i) => cached(turned(i)))).toEqual(results)
    expect(range(3000).map((i) => cached(object(i)))).toEqual(results)
    expect(cached.cacheInfo()).toMatchObject({ hits: 6000, misses: 3000, currentSize: 3000 })
  })

  it('every order of seven names before and after there are too many of them', () => {
    const cached = counting()
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const object = (order: string[]) => Object.fromEntries(order.map((name) => [name, name.length]))
    const result = cached(object(names))
    for (const order of permutations(names)) expect(cached(object(order))).toBe(result)
    expect(cached.cacheInfo()).toMatchObject({ hits: 5040, misses: 1 })
    // An object seen only now, with and without a prototype, is found again in every order.
    for (const from of [() => ({}), () => Object.create(null)]) {
      const late = permutations(['late', 'b', 'x', 'y']).map((order) =>
        cached(Object.assign(from(), object(order))),
      )
      expect(new Set(late).size).toBe(1)
    }
  })

  it('names alone tell 20,000 dictionaries apart', () => {
    const cached = counting()
    for (const i of range(20_000)) cached({ [`user-${i}`]: true })
    expect(cached.cacheInfo()).toMatchObject({ misses: 20_000, currentSize: 20_000 })
    for (const i of range(20_000)) cached({ [`user-${i}`]: true })
    expect(cached.cacheInfo()).toMatchObject({ misses: 20_000, hits: 20_000 })
  })
})

describe('getters and Proxies', () => {
  it('are read once for a call that hits, and once for one that misses', () => {
    let reads = 0
    const read = () => ({
      get a() {
        reads++
        return [1]
      },
    })
    for (const list of [() => [read()], () => [1, read()], () => [{ x: [read()] }, 1, 2]]) {
      const cached = counting()
      reads = 0
      cached(...list())
      expect(reads).toBe(1)
      cached(...list())
      expect(reads).toBe(2)
      cached.cacheHas(...list())
      expect(reads).toBe(3)
      expect(cached.cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
    }
  })

  it('each property of a Proxy is read once', () => {
    const read: PropertyKey[] = []
    const handler: ProxyHandler<object> = {
      get(target, name, receiver) {
        read.push(name)
        return Reflect.get(target, name, receiver)
      },
    }
    counting()(new Proxy({ a: 1, b: { c: 2 } }, handler))
    expect(read).toEqual(['a', 'b'])
    read.length = 0
    // biome-ignore lint/suspicious/noSparseArray: a hole is not read
    counting()(new Proxy([5, , 6], handler))
    expect(read).toEqual(['length', '0', '2'])
  })

  it('a getter that gives another value each time gives another key', () => {
    let count = 0
    const changing = {
      get a() {
        return count++
      },
    }
    const cached = counting()
    expect(cached(changing)).not.toBe(cached(changing))
    expect([...cached.cacheEntries()].map(({ args }) => args)).toEqual([[{ a: 0 }], [{ a: 1 }]])
  })

  it('a getter may call the same function, with keys of every kind, in the middle of a key', () => {
    const cached = cache((...args: unknown[]): unknown => ({ args }))
    const inner = () => {
      cached(1)
      cached(1, { x: { y: [1, 2, 3] } })
      cached({ z: 1, b: 2 })
      cached(...range(70))
      return cached([cached(new Map([[1, 2]])) === undefined])
    }
    const nosy = () => ({
      z: 'before',
      get a() {
        inner()
        return {
          get c() {
            inner()
            return 'c'
          },
          y: 'after c',
        }
      },
      list: [1, 2],
    })
    const plain = () => ({ z: 'before', a: { c: 'c', y: 'after c' }, list: [1, 2] })
    for (const first of [nosy, plain]) {
      cached.cacheClear()
      const result = cached('before', first(), ['after'])
      for (const other of [nosy, plain]) expect(cached('before', other(), ['after'])).toBe(result)
      const alone = cached(first())
      for (const other of [nosy, plain]) expect(cached(other())).toBe(alone)
      expect(cached.cacheHas('before', { ...plain(), list: [1] }, ['after'])).toBe(false)
    }
  })

  it('a getter may clear, fill and close the cache in the middle of a key', () => {
    const cached = counting()
    cached({ a: 1 })
    const clearing = {
      get a() {
        cached.cacheClear()
        cached.cacheSet([{ a: 1 }], 'by hand')
        return 1
      },
    }
    expect(cached(clearing)).toBe('by hand')
    const closing = {
      get a() {
        cached.cacheClose()
        return 1
      },
    }
    expect(cached(closing)).not.toBe('by hand')
    expect(cached.cacheInfo().currentSize).toBe(0)
  })

  it('a clock that calls cached functions does not disturb the key that it is asked for', () => {
    let time = 0
    const zone = cache((where: { zone: string }) => ({ where }))
    const now = () => {
      zone({ zone: 'UTC' })
      return time
    }
    for (const list of [[{ id: 1 }], [{ id: 1 }, 'x'], [[[{ id: 1 }]], new Map([[1, 2]])]]) {
      let computations = 0
      const cached = cache((..._args: unknown[]) => ++computations, { ttl: 10, now })
      for (const expected of [1, 1, 2, 2]) {
        if (expected > computations) time += 10
        expect(cached(...structuredClone(list))).toBe(expected)
        expect([...cached.cacheEntries()].map(({ args }) => args)).toEqual([list])
      }
    }
  })

  it('no object of an argument is held once it was read, or refused', async () => {
    const cached = counting()
    const refs: WeakRef<object>[] = []
    const level = (inner: unknown): object => {
      const object = { inner }
      refs.push(new WeakRef(object))
      return object
    }
    for (const end of [1, () => 1]) {
      const nosy = {
        get a() {
          cached.cacheHas(range(9).reduce(level, 2))
          return range(9).reduce(level, end)
        },
      }
      try {
        cached(nosy, range(9).reduce(level, 3))
      } catch {}
    }
    expect(refs).toHaveLength(9 * 6)
    expect(await collectUntil(() => refs.every((ref) => ref.deref() === undefined))).toBe(true)
  })

  it('a getter that throws in the middle is heard, and leaves nothing behind', () => {
    const cached = counting()
    const error = new Error('from the getter')
    const throwing = () => ({
      a: { deep: [1, 2, { more: 'x' }] },
      get b() {
        throw error
      },
    })
    const before = cached({ a: { deep: [1, 2, { more: 'x' }] }, b: 1 })
    for (const list of [
      [throwing()],
      [1, throwing()],
      [[[[throwing()]]], 'x'],
      [new Map([[1, throwing()]])],
    ]) {
      expect(() => cached(...list)).toThrow(error)
      expect(cached({ b: 1, a: { deep: [1, 2, { more: 'x' }] } })).toBe(before)
    }
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 1, misses: 1, hits: 4 })
  })

  it('a getter that catches the refusal of an inner call goes on undisturbed', () => {
    const cached = counting()
    const catching = () => ({
      first: [1],
      get a() {
        expect(() => cached('x', { y: [() => 1] })).toThrow('Argument 2 at .y[0]')
        return { b: 2 }
      },
      last: [2],
    })
    const result = cached(catching())
    expect(cached({ last: [2], a: { b: 2 }, first: [1] })).toBe(result)
  })
})
