/**
 * The codec `structured`: what comes back is what `structuredClone` makes, to the last detail; and what would not come
 * back is refused, with the path to it. SOAK=1 draws ten times as many; SEED=… repeats a run.
 */
import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import { TOO_LARGE, UNSTORABLE } from '../src/codec/codec.js'
import { makeCodec } from '../src/codec/codecs.js'
import { Scratch } from '../src/scratch.js'
import { clonable } from './models/clonable.js'
import { difference } from './models/clone-equality.js'
import { lots } from './models/recipes.js'
import { fc, PATIENCE, SCALE, SEED } from './support/draws.js'

const AT = 5
const LIMIT = 1 << 22
const codec = makeCodec('structured')
const scratch = new Scratch(64)

function copyOf<T>(value: T): T {
  const end = codec.encode(value, scratch, AT, LIMIT)
  if (end < 0) throw new Error(`${end}: ${codec.problem}`)
  return codec.decode(scratch, AT, end) as T
}

/** Fails unless the codec makes what `structuredClone` makes. */
function expectClone(value: unknown): void {
  expect(difference(structuredClone(value), copyOf(value))).toBe(undefined)
}

describe(`random values (seed ${SEED})`, () => {
  const values = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 60 }))

  it('100,000 come back as structuredClone copies them', PATIENCE, () => {
    let structures = 0
    const check = ([seed, size]: [number, number]) => {
      const value = clonable(lots(seed), size)
      if (typeof value === 'object') structures++
      return difference(structuredClone(value), copyOf(value))
    }
    fc.assert(
      fc.property(values, (drawn) => {
        const found = check(drawn)
        if (found !== undefined) throw new Error(found)
      }),
      { numRuns: 100_000 * SCALE },
    )
    expect(structures).toBe(100_000 * SCALE)
  })

  it('take exactly the room that they need', PATIENCE, () => {
    const check = ([seed, size]: [number, number], short: number) => {
      const value = clonable(lots(seed), size)
      const end = codec.encode(value, scratch, AT, LIMIT)
      const limit = end - 1 - (short % (end - AT))
      expect(codec.encode(value, scratch, AT, end)).toBe(end)
      scratch.bytes.fill(0xaa, limit, end + 8)
      expect(codec.encode(value, scratch, AT, limit)).toBe(TOO_LARGE)
      expect(scratch.bytes.subarray(limit, end + 8).every((byte) => byte === 0xaa)).toBe(true)
    }
    fc.assert(fc.property(values, fc.nat(), check), { numRuns: 10_000 * SCALE })
  })
})

describe('what structuredClone copies', () => {
  const shared = { a: 1 }
  const cycle: Record<string, unknown> = { shared, again: shared }
  cycle.itself = [cycle, new Map([[cycle, new Set([cycle])]])]
  const sparse: unknown[] = []
  sparse[2 ** 32 - 2] = 'last'
  const matched = /(?<year>\d+)-(\d+)/.exec('in 2024-05')
  const buffer = Uint8Array.from({ length: 16 }, (_, i) => i).buffer
  const reason = new Error('outer', { cause: new TypeError('inner', { cause: { code: 5 } }) })

  it.each<[string, unknown]>([
    ['cycles and shared parts', cycle],
    ['many objects, some of them shared', [...new Array(100)].flatMap((_, i) => [{ i }, shared])],
    ['holes, which are not undefined', [1, undefined, undefined, undefined, 3, undefined]],
    ['a sparse array as long as they come', sparse],
    ['an array that is only long', new Array(1_000_000)],
    ['the result of a match, with its names', matched],
    ['-0 and NaN, wherever', [-0, { a: -0, b: Number.NaN }, new Map([[Number.NaN, -0]])]],
    ['views of one buffer, and the buffer', [new Uint8Array(buffer, 3, 5), new Float64Array(buffer), buffer]],
    ['a part of a buffer, with all of it', new Uint8Array(buffer, 3, 5)],
    ['errors with causes', reason],
    ['an error of many', new AggregateError([new Error('one')], 'many')],
    ['an own property named __proto__', JSON.parse('{"__proto__":{"a":1},"b":2,"constructor":3}')],
    [
      'an object with more names than fit in a block',
      Object.fromEntries(
        [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((name) => [name, name]),
      ),
    ],
    ['a name longer than a block', { ['n'.repeat(2000)]: 1, b: 2 }],
    ['an object without a prototype, which gets one', Object.assign(Object.create(null), { a: 1 })],
    ['an invalid Date', [new Date(Number.NaN)]],
    ['boxed primitives', [Object('a'), Object(-0), Object(5n), Object(false)]],
    [
      'objects of another realm',
      vm.runInNewContext('({ a: [1, new Map([[1, new Date(5)]]), /a/g, new RangeError("x")] })'),
    ],
    ['a namespace object, which has nothing to copy', [Math, JSON]],
    [
      'strings of every width and length',
      [...'x'.repeat(70)].flatMap((_, i) => ['x'.repeat(i), 'é'.repeat(i), 'ł'.repeat(i)]),
    ],
  ])('%s', (_, value) => {
    expectClone(value)
  })

  it('objects as others make them of names that were seen before, in any order', () => {
    expectClone([
      { a: 1, b: 2 },
      { b: 2, a: 1 },
      { a: 1 },
      {},
      { a: { a: 1, b: 2 }, b: 3 },
      { a: 1, b: 2, c: 3 },
    ])
  })

  it('objects with more kinds of names than anybody wants to remember', () => {
    for (let i = 0; i < 10_000; i++)
      expectClone([
        { [`a${i}`]: 1, [`b${i}`]: { [`a${i}`]: 2 } },
        { id: 1, name: 'a' },
      ])
  })

  it('a getter once, and what it changes as structuredClone does', () => {
    let reads = 0
    const lively = () => {
      const object = {
        get first() {
          reads++
          Reflect.deleteProperty(object, 'second')
          Object.assign(object, { third: 3 })
          return 1
        },
        second: 2,
      }
      const array: unknown[] = [
        {
          get a() {
            array.length = 1
            return 1
          },
        },
        2,
        3,
      ]
      const map = new Map<unknown, unknown>([
        [
          'a',
          {
            get b() {
              map.set('c', 1)
              return 1
            },
          },
        ],
      ])
      return [object, array, map]
    }
    const [ours, theirs] = [copyOf(lively()), structuredClone(lively())]
    expect(reads).toBe(2)
    expect(difference(theirs, ours)).toBe(undefined)
  })
})

describe('objects of shapes that are met often', () => {
  const shapes = Array.from({ length: 20 }, (_, shape) =>
    Array.from({ length: shape + 1 }, (_, i) => `${'pqrs'[i % 4]}${shape}${i}`),
  )
  const odd = [
    ['__proto__', 'a'],
    ['2', '1', 'b'],
    ['constructor', 'toString'],
    ['ÿ', 'Ā', ''],
  ]

  it('come back whole, whichever are met in between', () => {
    const names = [...shapes, ...odd]
    for (let turn = 0; turn < 300; turn++) {
      const value = Array.from({ length: 3 }, (_, i) => {
        const entries = names[(turn * (i + 1) + i) % names.length].map((name, n) => [
          name,
          n % 3 ? n : { turn },
        ])
        return Object.fromEntries(entries)
      })
      expectClone(value)
    }
    for (const each of names) {
      for (let n = 0; n < 120; n++) expectClone(Object.fromEntries(each.map((name, i) => [name, i + n])))
    }
  })
})

describe('what differs from structuredClone', () => {
  it('a Buffer is a Buffer, and its bytes alone', () => {
    const pooled = Buffer.from('abc')
    const copy = copyOf({ pooled, again: pooled, part: pooled.subarray(1) })
    expect(copy).toEqual({ pooled, again: pooled, part: Buffer.from('bc') })
    expect(Buffer.isBuffer(copy.pooled)).toBe(true)
    expect(copy.again).toBe(copy.pooled)
    expect(copy.pooled.buffer.byteLength).toBe(3)
    expect(copyOf(pooled)).toEqual(pooled)
  })

  it('an error may be its own cause, on Node 20 too', () => {
    const error = new Error('a')
    error.cause = [error]
    const copy = copyOf(error)
    expect((copy.cause as unknown[])[0]).toBe(copy)
  })
})

describe('what comes back is independent', () => {
  it('of the original, and of the scratch', () => {
    const value = { bytes: new Uint8Array([1, 2]), buffer: Buffer.from('ab'), list: [1] }
    const end = codec.encode(value, scratch, AT, LIMIT)
    const copy = codec.decode(scratch, AT, end) as typeof value
    const direct = codec.encode(Buffer.from('ab'), scratch, end, LIMIT)
    const bytes = codec.decode(scratch, end, direct)
    scratch.bytes.fill(0)
    value.bytes[0] = 9
    expect(copy).toEqual({ bytes: new Uint8Array([1, 2]), buffer: Buffer.from('ab'), list: [1] })
    expect(bytes).toEqual(Buffer.from('ab'))
  })
})

describe('what cannot be copied is refused', () => {
  class Point {
    x = 1
  }
  class Coded extends Error {}
  const detached = new Uint8Array(4)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  const deep = (levels: number): unknown => {
    let value: unknown = 1
    for (let i = 0; i < levels; i++) value = [value]
    return value
  }

  it.each<[string, unknown, string]>([
    ['a function', () => 1, 'it is a function'],
    ['a symbol', Symbol.for('a'), 'it is a symbol'],
    ['a class instance', { list: [new Point()] }, 'at .list[0]: it is an instance of class Point'],
    ['an instance of a class of errors', [new Coded('a')], 'at [0]: it is an instance of class Coded'],
    [
      'an instance of a class of Maps',
      [new (class Sub extends Map {})()],
      'at [0]: it is an instance of class Sub',
    ],
    ['an array of a class', new (class Many extends Array {})(), 'it is an instance of class Many'],
    ['a boxed symbol', [Object(Symbol('a'))], 'at [0]: it is a symbol'],
    [
      'a property that a symbol names',
      { a: { [Symbol.for('b')]: 1 } },
      'at .a: it has a property named Symbol(b)',
    ],
    ['something in a Map', new Map([[1, { f: () => 1 }]]), 'at <value 0>.f: it is a function'],
    ['something in a key of a Map', new Map([[{ f: () => 1 }, 1]]), 'at <key 0>.f: it is a function'],
    ['something in a Set', new Set([1, Symbol('s')]), 'at <element 1>: it is a symbol'],
    ['something in a cause', new Error('a', { cause: [() => 1] }), 'at .cause[0]: it is a function'],
    ['a name that is no identifier', { 'a b': { 7: () => 1 } }, 'at ["a b"]["7"]: it is a function'],
    ['a named property of an array', Object.assign([1], { f: () => 1 }), 'at .f: it is a function'],
    ['a Proxy', [new Proxy({}, {})], 'at [0]: it is a Proxy'],
    ['a Promise', { p: Promise.resolve() }, 'at .p: it is a Promise (await it first)'],
    ['a WeakMap', new WeakMap(), 'it is an instance of class WeakMap'],
    [
      'arguments',
      (function () {
        // biome-ignore lint/complexity/noArguments: it is what is tested
        return arguments
      })(),
      'it is an arguments object',
    ],
    ['a detached buffer', { a: detached.buffer }, 'at .a: it is detached'],
    ['a view of one', { a: detached }, 'at .a: its buffer is detached'],
    ['one alone', detached, 'its buffer is detached'],
    [
      'shared memory',
      { a: new Uint8Array(new SharedArrayBuffer(4)) },
      'at .a: it is a SharedArrayBuffer, which others may write to',
    ],
    [
      'a getter that throws',
      {
        get a() {
          throw new Error('boo')
        },
      },
      'reading it failed: Error: boo',
    ],
    [
      'a getter that throws what has no text',
      {
        get a() {
          throw Object.create(null)
        },
      },
      'reading it failed: for a reason that cannot be told',
    ],
    [
      'a message that has no text',
      Object.assign(new Error('a'), { message: Symbol('a') }),
      'reading it failed: TypeError: Cannot convert a Symbol value to a string',
    ],
  ])('%s', (_, value, problem) => {
    expect(codec.encode(value, scratch, AT, LIMIT)).toBe(UNSTORABLE)
    expect(codec.problem).toBe(problem)
    // And nothing of it is left in the way of the next one.
    expectClone({ a: [1], b: { a: [1] } })
  })

  it('what is nested too deep', () => {
    expectClone(deep(1000))
    expect(codec.encode(deep(1001), scratch, AT, LIMIT)).toBe(UNSTORABLE)
    expect(codec.problem).toContain('it is nested deeper than 1000 levels')
    expect(codec.problem.length).toBeLessThan(300)
    expect(codec.encode(deep(1_000_000), scratch, AT, LIMIT)).toBe(UNSTORABLE)
  })

  it('what is too deep for the stack that is left', () => {
    const value = deep(900)
    const results = new Set<number>()
    const dig = (level: number): void => {
      if (level % 64 === 0) results.add(Math.min(0, codec.encode(value, scratch, AT, LIMIT)))
      dig(level + 1)
    }
    expect(() => dig(0)).toThrow(RangeError)
    expect([...results].sort()).toEqual([UNSTORABLE, 0].sort())
    expectClone(value)
  })

  it('a resizable buffer', () => {
    const resizable = Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }])
    expect(codec.encode([resizable], scratch, AT, LIMIT)).toBe(UNSTORABLE)
    expect(codec.problem).toBe('at [0]: it is a resizable ArrayBuffer')
    expect(codec.encode(new Uint8Array(resizable), scratch, AT, LIMIT)).toBe(UNSTORABLE)
  })
})

describe('what is too large is not looked at to its end', () => {
  it.each<[string, unknown]>([
    ['a string', 'a'.repeat(2 ** 28)],
    ['a string within', ['ł'.repeat(2 ** 28)]],
    ['an array', new Array(2 ** 24).fill(0)],
    ['a buffer', { a: new ArrayBuffer(2 ** 30) }],
    ['a Buffer', Buffer.alloc(2 ** 30)],
    ['a Map', new Map(Array.from({ length: 100_000 }, (_, i) => [i, i]))],
    [
      'an object of another size',
      Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`n${i}`, i])),
    ],
  ])('%s', (_, value) => {
    const small = new Scratch(64)
    expect(codec.encode(value, small, 0, 65_536)).toBe(TOO_LARGE)
    // Nor does the scratch grow for it beyond twice the limit.
    expect(small.bytes.length).toBeLessThanOrEqual(2 * 65_536)
  })

  it('a reference costs little however large it is', () => {
    const large = 'x'.repeat(100)
    const part = Array.from({ length: 100 }, () => ({ large }))
    expect(codec.encode(new Array(1000).fill(part), scratch, 0, 65_536)).toBeGreaterThan(0)
  })
})

describe('a getter that encodes other values into the same scratch', () => {
  const busy = (depth: number): unknown => ({
    before: ['a', { id: 1, name: 'x' }],
    get now() {
      const end = codec.encode(
        depth === 0 ? { other: [1, 2, 3], id: 5 } : busy(depth - 1),
        scratch,
        AT,
        LIMIT,
      )
      expect(end).toBeGreaterThan(0)
      // What a cached function does with it: it must be there until somebody else writes.
      expect(codec.decode(scratch, AT, end)).toMatchObject(depth === 0 ? { id: 5 } : { after: { id: 2 } })
      return depth
    },
    between: { id: 3, name: 'y' },
    get again() {
      return codec.encode('something else, of some length', scratch, AT, LIMIT) > 0
    },
    after: { id: 2, name: 'z' },
  })

  it.each([0, 1, 2, 3])('does not disturb the outer one, %i levels down', (depth) => {
    expect(copyOf(busy(depth))).toEqual({
      before: ['a', { id: 1, name: 'x' }],
      now: depth,
      between: { id: 3, name: 'y' },
      again: true,
      after: { id: 2, name: 'z' },
    })
  })

  it('nor if the scratch grows meanwhile', () => {
    const fresh = new Scratch(16)
    const value = {
      a: { id: 1 },
      get b() {
        return codec.encode('x'.repeat(5000), fresh, 0, LIMIT)
      },
      c: { id: 2 },
      get d() {
        fresh.grow(100_000)
        return 'd'
      },
      e: 'e'.repeat(50),
    }
    const end = codec.encode(value, fresh, 0, LIMIT)
    expect(codec.decode(fresh, 0, end)).toEqual({
      a: { id: 1 },
      b: 5001,
      c: { id: 2 },
      d: 'd',
      e: 'e'.repeat(50),
    })
  })
})
