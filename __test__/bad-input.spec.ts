/**
 * What cannot be in a key is refused with its place, whatever it does in its defence; nothing is stored, and the
 * cache works on.
 */
import { describe, expect, it } from 'vitest'
import { cache, createCache } from '../src/index.js'
import { counting, range } from './support/keys.js'
import { callsOf, expectKeyError, expectRefused, expectUnharmed, thrownBy } from './support/refused.js'

/** A class whose `name` is something else. */
function classNamed(name: PropertyDescriptor): new () => object {
  return Object.defineProperty(class {}, 'name', name)
}

describe('what has no value of its own', () => {
  class Point {
    constructor(readonly x = 1) {}
  }
  class Names extends Map {}
  class List extends Array {}
  class Day extends Date {}
  class Raw extends Uint8Array {}

  const cases: [string, unknown, string][] = [
    ['a function', () => 1, 'it is a function'],
    ['a class', Point, 'it is a function'],
    ['a unique symbol', Symbol('mine'), 'Symbol(mine) is a unique symbol'],
    ['a well-known symbol', Symbol.iterator, 'Symbol(Symbol.iterator) is a unique symbol'],
    ['an instance of a class', new Point(), 'it is an instance of class Point'],
    [
      'an instance of a class without a name',
      new (class {})(),
      'it is an object with a prototype of its own',
    ],
    ['an object made of another', Object.create({ a: 1 }), 'it is an object with a prototype of its own'],
    ['one made of one without a prototype', Object.create(Object.create(null)), 'a prototype of its own'],
    ['an instance of a subclass of Map', new Names(), 'it is an instance of class Names'],
    ['an instance of a subclass of Array', new List(), 'it is an instance of class List'],
    ['an instance of a subclass of Date', new Day(), 'it is an instance of class Day'],
    ['an instance of a subclass of Uint8Array', new Raw(2), 'it is an instance of class Raw'],
    ['a promise', Promise.resolve(1), 'it is a Promise (await it first)'],
    ['a WeakMap', new WeakMap(), 'it is an instance of class WeakMap'],
    ['a WeakSet', new WeakSet(), 'it is an instance of class WeakSet'],
    ['a WeakRef', new WeakRef({}), 'it is an instance of class WeakRef'],
    ['an error', new RangeError('x'), 'it is an instance of class RangeError'],
    ['a boxed number', Object(1), 'it is an instance of class Number'],
    ['a boxed string', Object('a'), 'it is an instance of class String'],
    ['a boxed symbol', Object(Symbol.for('a')), 'it is an instance of class Symbol'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(8), 'it is a SharedArrayBuffer, which others may write to'],
    ['what only says that it is a Date', Object.create(Date.prototype), 'it is an instance of class Date'],
    ['what only says that it is a Map', Object.create(Map.prototype), 'it is an instance of class Map'],
    [
      'what only says that it is an array',
      Object.create(Array.prototype),
      'it is an instance of class Array',
    ],
    ['a Proxy of a Map', new Proxy(new Map(), {}), 'it is an instance of class Map'],
    ['a generator', (function* () {})(), 'it is '],
    ['an iterator', [1][Symbol.iterator](), 'it is '],
    ['a URL', new URL('http://localhost'), 'it is an instance of class URL'],
  ]

  it.each(cases)('%s is refused', (_, value, why) => {
    expectRefused(value, why)
  })

  it.each(cases)('%s is refused in every kind of structure, with its path', (_, value, why) => {
    const dictionary = Object.fromEntries(range(40).map((i) => [`n${i}`, i]))
    expectRefused({ user: { 'full name': value } }, why, '.user["full name"]')
    expectRefused([1, [2, value]], why, '[1][1]')
    expectRefused([...range(70), value], why, '[70]')
    expectRefused(Object.assign([1], { named: value }), why, '.named')
    expectRefused(new Map([['a', {}]]).set('b', { c: value }), why, '<value 1>.c')
    expectRefused(new Map([[[value], 1]]), why, '<key 0>[0]')
    expectRefused(new Set([1, value]), why, '<element 1>')
    expectRefused({ [Symbol.for('gt')]: value }, why, '[Symbol(gt)]')
    expectRefused({ ...dictionary, last: value }, why, '.last')
    expectRefused(Object.assign(Object.create(null), { $a: value }), why, '.$a')
    expectRefused(Object.assign(/a/g, { lastIndex: value }), why, '.lastIndex')
  })

  it('the global object is refused', () => {
    expectKeyError(() => counting()(globalThis), 'Argument 1 ', 'it is ')
  })

  it('an instance of a class without a usable name is refused without asking for it', () => {
    const hostile = () => {
      throw new Error('asked')
    }
    const names = [
      { get: hostile },
      { value: hostile },
      { value: { toString: hostile, valueOf: hostile, [Symbol.toPrimitive]: hostile } },
      { value: Symbol('x') },
      { value: undefined },
    ]
    for (const name of names)
      expectRefused(new (classNamed(name))(), 'it is an object with a prototype of its own')
  })

  it('buffers that were transferred away are refused', () => {
    for (const make of [
      (buffer: ArrayBuffer) => buffer,
      (buffer: ArrayBuffer) => new Uint8Array(buffer),
      (buffer: ArrayBuffer) => new Float64Array(buffer),
      (buffer: ArrayBuffer) => new DataView(buffer),
      (buffer: ArrayBuffer) => Buffer.from(buffer),
    ]) {
      const buffer = new ArrayBuffer(800)
      const detached = make(buffer)
      structuredClone(buffer, { transfer: [buffer] })
      expectRefused(detached, 'its buffer is detached')
    }
  })

  it('the place is right also where a getter on the way has called the function with something else', () => {
    const cached = counting()
    const deep = (value: unknown) => ({ x: { y: { z: [value] } } })
    const nosy = {
      list: [
        {
          get [Symbol.for('s')]() {
            cached(1, 2, deep(3))
            expectKeyError(
              () =>
                cached(
                  1,
                  deep(() => 1),
                ),
              'Argument 2 at .x.y.z[0] ',
              'it is a function',
            )
            return new Map([[1, () => 1]])
          },
        },
      ],
    }
    expectKeyError(() => cached(nosy), 'Argument 1 at .list[0][Symbol(s)]<value 0> ', 'it is a function')
  })
})

describe('hostile objects', () => {
  const error = new Error('from the trap')
  const hostile = () => {
    throw error
  }

  /** Fails unless calls with it throw `error` itself, and leave nothing behind. */
  function expectHeard(argument: unknown): void {
    const lists = [
      [argument],
      ['x', { y: 1 }, argument],
      [{ a: [{ b: argument }] }],
      [new Map([[1, argument]])],
    ]
    expectUnharmed((cached) => {
      for (const call of callsOf(cached)) {
        for (const list of lists) expect(thrownBy(() => call(...list))).toBe(error)
      }
    })
  }

  it.each(['toString', 'valueOf', 'toJSON', 'inspect', 'then'])('%s() is never called', (name) => {
    expectRefused({ [name]: hostile }, 'it is a function', `.${name}`)
    class Hostile {}
    const method = { value: hostile }
    const hooks = { [Symbol.toPrimitive]: method, [Symbol.toStringTag]: { get: hostile } }
    Object.defineProperties(Hostile.prototype, { [name]: method, ...hooks })
    expectRefused(new Hostile(), 'it is an instance of class Hostile')
    const hidden = Object.defineProperties({ a: 1 }, { [name]: method, ...hooks })
    const cached = counting()
    expect(cached(hidden)).toBe(cached({ a: 1 }))
  })

  it('getters that throw are heard', () => {
    const getter = { enumerable: true, get: hostile }
    expectHeard(Object.defineProperty({ a: 1 }, 'b', getter))
    expectHeard(Object.defineProperty([1, 2], 1, getter))
    expectHeard(Object.defineProperty([1, 2], 'named', getter))
    expectHeard(Object.defineProperty(new Map(), 'named', getter))
    expectHeard(Object.defineProperty({}, Symbol.for('a'), getter))
    expectHeard(Object.defineProperty(Buffer.alloc(100), 'named', getter))
  })

  const traps = ['getPrototypeOf', 'ownKeys', 'getOwnPropertyDescriptor', 'get'] as const

  it.each(traps)('a Proxy whose trap %s throws is heard', (trap) => {
    expectHeard(new Proxy({ a: 1 }, { [trap]: hostile }))
    expectHeard(new Proxy([1], { [trap]: hostile }))
    expectHeard({ a: 1, b: new Proxy({ c: 1 }, { [trap]: hostile }) })
  })

  it('the other traps of a Proxy are never called', () => {
    const others = Object.getOwnPropertyNames(Reflect).filter((name) => !traps.includes(name as never))
    const never = Object.fromEntries(others.map((name) => [name, hostile]))
    const cached = counting()
    expect(cached(new Proxy({ a: [1] }, never))).toBe(cached({ a: [1] }))
    expect(cached(new Proxy([1, 2], never))).toBe(cached([1, 2]))
  })

  it('a revoked Proxy is heard', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expectUnharmed((cached) => {
      for (const call of callsOf(cached)) {
        expect(() => call(proxy)).toThrow('revoked')
        expect(() => call(1, [proxy])).toThrow('revoked')
      }
    })
  })

  it('a Proxy that lies about the length of an array is refused', () => {
    const lying = (length: unknown) =>
      new Proxy([1, 2], {
        get: (array, name) => (name === 'length' ? length : Reflect.get(array, name)),
      })
    const lies = [
      -1,
      Number.NaN,
      1.5,
      2 ** 31,
      2 ** 53,
      Number.POSITIVE_INFINITY,
      '1',
      'length',
      undefined,
      {},
    ]
    for (const length of lies) expectRefused(lying(length), 'it has more than 1000000 parts')
    const cached = counting()
    expect(cached(lying(1))).not.toBe(cached([1, 2]))
  })

  it('an array that shrinks or grows while it is read makes some key, and no harm', () => {
    const changes = [(list: unknown[]) => list.splice(0), (list: unknown[]) => list.push(...range(100))]
    for (const change of changes) {
      const list: unknown[] = [1, 2, 3]
      const first = {
        enumerable: true,
        get: () => {
          change(list)
          return 'first'
        },
      }
      Object.defineProperty(list, 0, { value: Object.defineProperty({}, 'a', first), enumerable: true })
      const cached = counting()
      cached(list)
      cached('x', list)
      for (const { args } of cached.cacheEntries()) expect(cached.cacheHas(...args!)).toBe(true)
      expect(cached.cacheInfo().currentSize).toBe(2)
    }
  })

  it('a Map or Set that changes while it is read counts as it was', () => {
    const map = new Map<unknown, unknown>()
    const clearing = {
      get a() {
        map.clear()
        return 1
      },
    }
    map.set('x', clearing).set('y', 2)
    const cached = counting()
    expect(cached(map)).toBe(cached(new Map<unknown, unknown>([['x', { a: 1 }]]).set('y', 2)))
  })

  it('an object whose properties vanish while it is read counts as what was left', () => {
    const cached = counting()
    const object: Record<string, unknown> = {
      get a() {
        delete object.b
        return 1
      },
      b: 2,
      c: 3,
    }
    expect(cached(object)).toBe(cached({ c: 3, a: 1 }))
  })
})

describe('the option `key`', () => {
  const list: unknown[] = []
  list.push(list)
  const nonsense: [string, unknown, string, string][] = [
    ['a function', () => 1, '', 'it is a function'],
    ['a promise', Promise.resolve(1), '', 'it is a Promise'],
    ['a unique symbol', Symbol('x'), '', 'unique symbol'],
    ['an instance', { a: [new URL('http://localhost')] }, 'at .a[0] ', 'class URL'],
    ['a cycle', list, 'at [0][0]', 'it contains itself'],
    ['a huge array', new Array(2 ** 31), '', 'it has more than 1000000 parts'],
  ]

  it.each(nonsense)('that returns %s is refused', (_, result, place, why) => {
    let computed = 0
    const cached = cache((id: number) => `${id}: ${++computed}`, { key: (id) => (id === 0 ? result : id) })
    for (const act of [cached, cached.cacheHas, cached.cacheRefresh, () => cached.cacheSet([0], 'x')]) {
      expectKeyError(() => act(0), `The result of \`key\` ${place}`, why)
    }
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 0, misses: 0, hits: 0 })
    expect([cached(1), cached(1), computed]).toEqual(['1: 1', '1: 1', 1])
  })

  it('that throws is heard, and the function is not called', () => {
    const error = new Error('no key')
    let computed = 0
    const cached = cache((id: number) => id + ++computed, {
      key: (id) => {
        if (id === 0) throw error
        return id
      },
    })
    for (const act of [cached, cached.cacheHas, cached.cacheDelete, cached.cachePeek, cached.cacheRefresh]) {
      expect(thrownBy(() => act(0))).toBe(error)
    }
    expect(thrownBy(() => cached.cacheSet([0], 1))).toBe(error)
    expect(computed).toBe(0)
    expect([cached(1), cached(1)]).toEqual([2, 2])
    expect(cached.cacheInfo()).toMatchObject({ currentSize: 1, misses: 1, hits: 1 })
  })

  it('`perInstance` is refused by its own name, and does not shift the positions of arguments', () => {
    const context = { kind: 'method', name: 'm', addInitializer() {} }
    const method = (x: unknown) => x
    const perInstance = (self: { id: unknown }) => self.id
    const decorated = cache({ perInstance })(method, context as never)
    expectKeyError(
      () => decorated.call({ id: () => 1 }, 1),
      'The result of `perInstance` ',
      'it is a function',
    )
    expectKeyError(() => decorated.call({ id: 1 }, () => 1), 'Argument 1 ', 'it is a function')
    const keyed = cache({ perInstance, key: (x) => [x] })(method, context as never)
    expectKeyError(() => keyed.call({ id: 1 }, () => 1), 'The result of `key` at [0] ', 'it is a function')
  })
})

describe('a cache without a function', () => {
  it('refuses keys in the same way', () => {
    const keyed = createCache()
    keyed.set('kept', 1)
    for (const key of [() => 1, { a: () => 1 }, Symbol('x'), new WeakMap()]) {
      for (const act of [keyed.get, keyed.has, keyed.peek, keyed.delete, keyed.set]) {
        expectKeyError(() => act.call(keyed, key, 1), 'The key ', '')
      }
    }
    expect([keyed.size, keyed.get('kept')]).toEqual([1, 1])
  })

  it('stores under the key of the call, though freezing the value reads another', () => {
    const keyed = createCache({ freeze: true })
    const ownKeys = (target: object) => {
      keyed.has({ other: [1] })
      return Reflect.ownKeys(target)
    }
    keyed.set({ mine: 1 }, new Proxy({ a: 1 }, { ownKeys }))
    expect([...keyed.entries()].map(({ key }) => key)).toEqual([{ mine: 1 }])
  })
})

describe('cacheSet()', () => {
  it('takes its argument list as an array', () => {
    const cached = counting()
    for (const list of [undefined, null, 1, 'ab', {}, { length: 1, 0: 1 }, new Set([1]), new Uint8Array(2)]) {
      const error = thrownBy(() => cached.cacheSet(list as never, 1))
      expect(error).toMatchObject({ code: 'ERR_WARP_CACHE_KEY' })
      expect(String(error)).toContain('as in cacheSet([id], value)')
    }
    expect(cached.cacheInfo().currentSize).toBe(0)
  })
})
