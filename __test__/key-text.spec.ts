/** The text of keys: one text for one key, whoever writes it, and no other key has it. */
import { describe, expect, it } from 'vitest'
import { KeyReader } from '../src/keys/reader'
import { MAX_SHAPES } from '../src/keys/shapes'
import { keyText } from '../src/keys/text'
import { sameArguments } from './models/key-equality'
import { fc, SOAK } from './support/draws'

const RUNS = SOAK ? 300_000 : 20_000

/** The text of an argument list, written by a cache that has seen nothing else, or by the given one. */
const text = (args: readonly unknown[], reader = new KeyReader()): string =>
  keyText(reader.ofCall(args, undefined))

/** Sets an own property, whatever its name means elsewhere. */
function define<T extends object>(object: T, name: PropertyKey, value: unknown): T {
  return Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
}

const bare = (properties: object): object => Object.assign(Object.create(null), properties)

describe('the notation', () => {
  const nested = { lang: 'de', id: 7 }
  it.each<[string, unknown[]]>([
    ['()', []],
    ['undefined', [undefined]],
    ['(undefined,undefined)', [undefined, undefined]],
    ['null', [null]],
    ['true', [true]],
    ['1', [1]],
    ['1.5e+300', [1.5e300]],
    ['5e-324', [5e-324]],
    ['-Infinity', [Number.NEGATIVE_INFINITY]],
    ['0', [0]],
    ['-0', [-0]],
    ['NaN', [Number.NaN]],
    ['1n', [1n]],
    ['"1"', ['1']],
    ['"say \\"hi\\"\\n"', ['say "hi"\n']],
    ['"\\ud800 and 😀"', ['\ud800 and 😀']],
    ['@"a,b"', [Symbol.for('a,b')]],
    ['(1,"a",{"id":7,"lang":"de"})', [1, 'a', nested]],
    ['{}', [{}]],
    ['bare{}', [bare({})]],
    ['bare{"a":{"b":1}}', [bare({ a: { b: 1 } })]],
    ['{"__proto__":1}', [define({}, '__proto__', 1)]],
    ['@{@"s":1}{"a":2}', [{ a: 2, [Symbol.for('s')]: 1 }]],
    ['[]', [[]]],
    ['[1,[2,[]]]', [[1, [2, []]]]],
    // biome-ignore lint/suspicious/noSparseArray: a hole is no undefined
    ['[~,undefined,~]', [[, undefined, ,]]],
    ['+bare{"at":1}["a"]', [define(['a'], 'at', 1)]],
    [
      'Map{1:{"a":2},"b":Map{}}',
      [
        new Map<unknown, unknown>([
          [1, { a: 2 }],
          ['b', new Map()],
        ]),
      ],
    ],
    ['Set{[1],2}', [new Set([[1], 2])]],
    ['Date(0)', [new Date(0)]],
    ['Date(NaN)', [new Date(Number.NaN)]],
    ['RegExp("a,b","gi",0)', [/a,b/gi]],
    ['Uint8Array("AP8=")', [new Uint8Array([0, 255])]],
    ['Buffer("AP8=")', [Buffer.from([0, 255])]],
    ['ArrayBuffer("")', [new ArrayBuffer(0)]],
  ])('%s', (expected, args) => {
    expect(text(args)).toBe(expected)
  })

  it('is the same for long lists as for short ones', () => {
    const numbers = new Array(100).fill(0)
    expect(text([numbers])).toBe(`[${numbers.join(',')}]`)
    expect(text(numbers)).toBe(`(${numbers.join(',')})`)
  })
})

function enumerable(object: object): PropertyKey[] {
  return Reflect.ownKeys(object).filter((name) => Object.prototype.propertyIsEnumerable.call(object, name))
}

// Few different leaves and names, so that random values are often equal, or nearly.

const NAMES = ['a', 'b', '__proto__', '0', '10', '9', '', 'a":1,"b', 'ä', '\ud800']
const LEAVES: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -0,
  1,
  Number.NaN,
  1n,
  '',
  '1',
  'a',
  '",',
  '[]',
  '{}',
  '()',
  '~',
  '\ud800',
  '\udc00',
  '\ud800\udc00',
  '\\ud800',
  '\ufffd',
  Symbol.for('a'),
  Symbol.for('"a"'),
]

const HOLE = Symbol('hole')

/** Float16Array only where Node has it. */
const floatArrays = ['Float16Array', 'Float32Array', 'Float64Array']
  .map((name) => (globalThis as unknown as Record<string, Float32ArrayConstructor>)[name])
  .filter((View) => View !== undefined)

const { values } = fc.letrec<{ values: unknown[]; value: unknown }>((tie) => {
  const value = tie('value')
  const properties = fc.uniqueArray(
    fc.tuple(fc.constantFrom<PropertyKey>(...NAMES, Symbol.for('a')), value),
    {
      maxLength: 3,
      selector: ([name]) => name,
    },
  )
  const withProperties = (object: object, entries: [PropertyKey, unknown][]) => {
    for (const [name, property] of entries) define(object, name, property)
    return object
  }
  const bytes = fc
    .uint8Array({ maxLength: 2 })
    .map((array) => new Array(8).fill([...array]).flat() as number[])
  const named = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, properties)
  const exotic = fc.oneof(
    fc.array(fc.tuple(value, value), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.array(value, { maxLength: 2 }).map((elements) => new Set(elements)),
    fc.constantFrom(0, 1, Number.NaN).map((time) => new Date(time)),
    fc
      .constantFrom('a', ',', '"')
      .chain((source) =>
        fc
          .tuple(fc.constantFrom('', 'g'), fc.nat(1))
          .map(([flags, lastIndex]) => Object.assign(new RegExp(source, flags), { lastIndex })),
      ),
    fc
      .tuple(bytes, fc.constantFrom(Buffer, Uint8Array, Int8Array))
      .map(([b, Class]) => Class.from(b as never)),
    fc
      .tuple(bytes, fc.constantFrom(...floatArrays))
      .map(([b, View]) => new View(Uint8Array.from(b).buffer as ArrayBuffer)),
    bytes.map((b) => new DataView(Uint8Array.from(b).buffer)),
    bytes.map((b) => Uint8Array.from(b).buffer),
  )
  const array = fc
    .array(fc.oneof({ weight: 4, arbitrary: value }, fc.constant(HOLE)), { maxLength: 3 })
    .map((list) => {
      const made = new Array(list.length)
      for (const [i, element] of list.entries()) if (element !== HOLE) made[i] = element
      return made
    })
  const extended = fc.tuple(fc.oneof(array, exotic), named).map(([object, entries]) =>
    withProperties(
      object,
      entries.filter(([name]) => typeof name === 'symbol' || Number.isNaN(Number(name || 'no'))),
    ),
  )
  return {
    values: fc.array(value, { maxLength: 3 }),
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 4, arbitrary: fc.constantFrom(...LEAVES) },
      properties.map((entries) => withProperties({}, entries)),
      properties.map((entries) => withProperties(Object.create(null), entries)),
      extended,
    ),
  }
})

/** An equal value with nothing in common, whose properties came in the opposite order. */
function twin(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const copy = emptyTwin(value)
  for (const name of enumerable(value).reverse()) {
    define(copy, name, twin(Object.getOwnPropertyDescriptor(value, name)?.value))
  }
  return copy
}

function emptyTwin(object: object): object {
  if (object instanceof Map) return new Map([...object].map(([key, value]) => [twin(key), twin(value)]))
  if (object instanceof Set) return new Set([...object].map(twin))
  if (object instanceof RegExp) return Object.assign(new RegExp(object), { lastIndex: object.lastIndex })
  if (Buffer.isBuffer(object)) return Buffer.from(object)
  if (Array.isArray(object)) return new Array(object.length)
  const prototype = Object.getPrototypeOf(object)
  return prototype === null || prototype === Object.prototype ? Object.create(prototype) : bareClone(object)
}

/** A copy without its named properties. */
function bareClone(object: object): object {
  const clone: object = structuredClone(object)
  for (const name of enumerable(clone)) {
    if (Object.getOwnPropertyDescriptor(clone, name)?.configurable && !ArrayBuffer.isView(clone)) {
      Reflect.deleteProperty(clone, name)
    }
  }
  return clone
}

describe('two argument lists', () => {
  it('have one text if they are the same, and different ones if not', () => {
    const readers = [new KeyReader(), new KeyReader()]
    let equal = 0
    fc.assert(
      fc.property(values, values, (a, b) => {
        const expected = sameArguments(a, b)
        if (expected) equal++
        expect(text(a, readers[0]) === text(b, readers[1])).toBe(expected)
      }),
      { numRuns: RUNS },
    )
    expect(equal).toBeGreaterThan(RUNS / 1000)
  })

  it('have one text if they are equal part by part, whatever came before and in whatever order', () => {
    const [first, second] = [new KeyReader(), new KeyReader()]
    fc.assert(
      fc.property(values, (args) => {
        const copy = args.map(twin)
        expect(sameArguments(args, copy)).toBe(true)
        expect(text(copy, second)).toBe(text(args, first))
      }),
      { numRuns: RUNS },
    )
  })

  it('have different texts if they differ in one place', () => {
    const changed = (args: unknown[], index: number, value: unknown) =>
      args.map((old, i) => (i === index ? value : old))
    fc.assert(
      fc.property(values, fc.nat(2), fc.constantFrom(...LEAVES, [], {}), (args, index, value) => {
        const other = changed(args.map(twin), index, value)
        expect(text(other) === text(args)).toBe(sameArguments(other, args))
      }),
      { numRuns: RUNS },
    )
  })
})

describe('the text of an object', () => {
  it('does not depend on which objects a cache has seen before', () => {
    const full = new KeyReader()
    for (let i = 0; i <= MAX_SHAPES; i++) full.ofCall([{ [`name${i}`]: i }], undefined)
    for (const object of [
      { b: 1, a: [2] },
      bare({ b: 1, a: { z: 1, y: 2 } }),
      { '10': 1, '9': 2, B: 3, a: 4 },
    ]) {
      expect(text([object], full)).toBe(text([object]))
    }
  })

  it('does not depend on whether it has few properties or many', () => {
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`)
    const many = Object.fromEntries(names.map((name) => [name, name]))
    const sorted = [...names].sort().map((name) => `"${name}":"${name}"`)
    expect(text([many])).toBe(`{${sorted.join(',')}}`)
  })
})

describe('nothing that is in a string passes for something else', () => {
  const VICTIMS: readonly unknown[][] = [
    [],
    ['a', 'b'],
    ['a', { b: 'c' }],
    [{ a: 1, b: 2 }],
    [{ a: { b: 1 } }],
    [{ [Symbol.for('a')]: 1 }],
    [Symbol.for('a')],
    [[1, 2]],
    [['a', 'b'], 'c'],
    [new Map([['a', 'b']])],
    [new Set(['a', 'b'])],
    [new Date(0)],
    [/a/g],
    [new Uint8Array([1])],
    [1n],
    [Number.NaN],
  ]
  it('not the text of another key, as an argument, a name, a symbol or a pattern, whole or in pieces', () => {
    const seen = new Map<string, unknown[]>()
    const claim = (args: unknown[]) => {
      const written = text(args)
      const other = seen.get(written)
      if (other !== undefined) expect(sameArguments(args, other), written).toBe(true)
      seen.set(written, args)
    }
    for (const victim of VICTIMS) {
      claim(victim)
      const target = text(victim)
      for (let from = 0; from < target.length; from++) {
        for (let to = from + 1; to <= target.length; to++) {
          const forged = target.slice(from, to)
          for (const args of [
            [forged],
            [forged, ''],
            ['', forged],
            [{ [forged]: 1 }],
            [Symbol.for(forged)],
          ]) {
            claim(args)
          }
        }
      }
    }
    expect(seen.size).toBeGreaterThan(1_000)
  })

  it('no separator between arguments, elements or properties', () => {
    const lists = [
      [['a', 'b']],
      [['a,b']],
      [['a","b']],
      ['a","b'],
      ['a', 'b'],
      ['("a","b")'],
      [{ a: 1, b: 2 }],
      [{ 'a":1,"b': 2 }],
      [{ a: '1,"b":2' }],
      [
        new Map([
          ['a', 'b'],
          ['c', 'd'],
        ]),
      ],
      [new Map([['a', 'b","c":"d']])],
      ['a\\', 'b'],
      ['a\\","b'],
      ['\\ud800'],
      ['\ud800'],
    ]
    expect(new Set(lists.map((list) => text(list))).size).toBe(lists.length)
  })
})

describe('what stores do to strings', () => {
  it('cannot make two keys one: the text is well-formed, and UTF-8 keeps it', () => {
    const utf8 = (written: string) => Buffer.from(written, 'utf8').toString('utf8')
    const strings = ['\ud800', '\udc00', '\udfff', '\ufffd', '\ud83d\ude00', 'x\ud83d', '\ude00x']
    const texts = strings.map((string) => text([string, { [string]: string }, Symbol.for(string)]))
    for (const written of texts) expect(utf8(written)).toBe(written)
    expect(new Set(texts).size).toBe(strings.length)
  })

  it('find no control character in it', () => {
    const controls = Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).join('')
    expect(text([controls, { [controls]: Buffer.from(controls) }])).toMatch(/^[ -~]+$/)
  })
})

describe('a long key', () => {
  it('is written whole', () => {
    const long = 'x'.repeat(1_000_000)
    expect(text([long])).toBe(`"${long}"`)
  })

  it('of a thousand levels is written too', () => {
    let deep: unknown = 1
    for (let i = 0; i < 900; i++) deep = [deep]
    expect(text([deep])).toBe(`${'['.repeat(900)}1${']'.repeat(900)}`)
  })
})
