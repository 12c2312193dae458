/**
 * Bytes from anywhere, given to every decoder: they give data or an error of this package, of a size that they account
 * for, and reach neither code nor prototypes. SOAK=1 draws ten times as many; SEED=… repeats a run.
 */
import { describe, expect, it } from 'vitest'
import { clonable } from './models/clonable.js'
import { lots } from './models/recipes.js'
import { PATIENCE, SCALE, SEED } from './support/draws.js'
import {
  AT,
  codecs,
  decodes,
  LIMIT,
  scratch,
  scribble,
  spoil,
  structured,
  write,
} from './support/hostile-values.js'
import { leavesTheWorldUnharmed } from './support/unharmed.js'

describe(`bytes from anywhere (seed ${SEED})`, () => {
  it.each(codecs)('100,000 of them, to the codec $name', PATIENCE, (codec) => {
    let readable = 0
    const runs = 100_000 * SCALE
    const harm = leavesTheWorldUnharmed(() => {
      for (let i = 0; i < runs; i++) {
        const draw = lots(SEED + i)
        const first = draw(5)
        const end = first === 0 ? scribble(draw) : spoil(draw, write(draw, codec))
        if (first === 1) scratch.bytes[AT] = 0x30 + draw(16)
        if (decodes(codec, end)) readable++
      }
    })
    expect(harm).toEqual({ made: 0, changed: false })
    // Otherwise too few come near to being values.
    expect(readable / runs).toBeGreaterThan(0.02)
    expect(readable / runs).toBeLessThan(0.9)
  })

  it('the trap is one: code that is made is noticed, and so is a prototype that changes', () => {
    const make = (way: () => unknown) =>
      leavesTheWorldUnharmed(() => expect(way).toThrow('code was made')).made
    expect(make(() => new Function('return 1'))).toBe(1)
    // biome-ignore lint/complexity/noBannedTypes: how an attacker would come by it
    expect(make(() => (decodes.constructor as Function)('return 1'))).toBe(1)
    // biome-ignore lint/security/noGlobalEval: what is tested
    expect(make(() => globalThis.eval('1'))).toBe(1)
    const spoilt = leavesTheWorldUnharmed(() => Object.assign(Object.prototype, { spoilt: 1 }))
    Reflect.deleteProperty(Object.prototype, 'spoilt')
    expect(spoilt.changed).toBe(true)
  })

  it('every beginning of a value, and every value with something after it, is an error', PATIENCE, () => {
    for (let i = 0; i < 2000 * SCALE; i++) {
      const end = structured.encode([clonable(lots(SEED + i), 20)], scratch, AT, LIMIT)
      for (let cut = AT; cut < end; cut++) expect(decodes(structured, cut)).toBe(false)
      scratch.bytes[end] = 1
      expect(decodes(structured, end + 1)).toBe(false)
    }
  })

  it('so it is with a primitive that says where it ends', () => {
    for (const value of [undefined, null, true, 5, -5, 300, 0.5, 10n, new Date(5)]) {
      const end = structured.encode(value, scratch, AT, LIMIT)
      for (let cut = AT; cut < end; cut++) expect(decodes(structured, cut)).toBe(false)
      scratch.bytes[end] = 1
      expect(decodes(structured, end + 1)).toBe(false)
    }
  })

  it('another codec refuses them', () => {
    for (const codec of codecs) {
      const end = codec.encode({ a: 1 }, scratch, AT, LIMIT)
      for (const other of codecs) expect(decodes(other, end)).toBe(other === codec)
    }
  })

  it('places that are none', () => {
    for (const [start, end] of [
      [0, 0],
      [5, 4],
      [-1, 4],
      [0, LIMIT + 1],
      [Number.NaN, 3],
      [0, Number.NaN],
    ])
      expect(() => structured.decode(scratch, start, end)).toThrow('The bytes of a value are damaged')
  })
})

describe('a few bytes that ask for much', () => {
  const HUGE = [0xff, 0xff, 0xff, 0xff, 0x0f]
  const nested = (tag: number[]) => Array.from({ length: 20_000 }, () => tag).flat()

  it.each<[string, number[]]>([
    ['a long string', [0x34, 0x12, ...HUGE]],
    ['a long wide string', [0x34, 0x13, ...HUGE]],
    ['a long array', [0x34, 0x19, ...HUGE]],
    ['a large Map', [0x34, 0x1c, ...HUGE]],
    ['a large Set', [0x34, 0x1d, ...HUGE]],
    ['a large Buffer', [0x34, 0x21, ...HUGE]],
    ['a large ArrayBuffer', [0x34, 0x22, ...HUGE]],
    ['many named properties', [0x34, 0x1a, 0, ...HUGE]],
    ['a view beyond its buffer', [0x34, 0x23, 1, 0x22, 1, 7, ...HUGE, ...HUGE]],
    ['a view that is its own buffer', [0x34, 0x23, 1, 0x11, 0, 0, 0]],
    ['a view of half an element', [0x34, 0x23, 5, 0x22, 3, 1, 2, 3, 0, 3]],
    ['a reference to nothing', [0x34, 0x11, 5]],
    ['names beyond the end', [0x34, 0x15, ...HUGE.slice(0, 4)]],
    ['names that are the object itself', [0x34, 0x15, 1, 0, 0, 0]],
    ['a count without an end', [0x34, 0x19, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['arrays in arrays', [0x35, ...nested([0x19, 1])]],
    ['arrays with names in each other', [0x35, ...nested([0x1a, 1])]],
    ['Maps in Maps', [0x35, ...nested([0x1c, 1])]],
    ['causes of causes', [0x35, ...nested([0x1f, 0, 4])]],
    ['views of views', [0x35, ...nested([0x23, 1])]],
    ['boxes in boxes', [0x35, ...nested([0x20])]],
    ['a BigInt that is none', [0x08, 0x43, 0x2d, 0x2d, 0x31]],
    ['a RegExp that is none', [0x34, 0x1e, 0x41, 0x28, 0x40]],
    ['a hole outside an array', [0x34, 0x10]],
  ])('%s', (_, bytes) => {
    scratch.bytes.set(bytes, AT)
    expect(decodes(structured, AT + bytes.length)).toBe(false)
  })

  it('a whole value that is nested deeper than any that is written', () => {
    const bytes = (levels: number) => [0x35, ...Array.from({ length: levels }, () => [0x19, 1]).flat(), 0x80]
    for (const [levels, good] of [
      [1000, true],
      [1001, false],
    ] as const) {
      scratch.bytes.set(bytes(levels), AT)
      expect(decodes(structured, AT + bytes(levels).length)).toBe(good)
    }
  })

  it('a long array of few elements is not given room for all', () => {
    // 2²⁴ elements, of which only the last is there.
    const bytes = [0x34, 0x1b, 0x80, 0x80, 0x80, 8, 1, 0xff, 0xff, 0xff, 7, 0x81, 0]
    scratch.bytes.set(bytes, AT)
    const before = process.memoryUsage().heapUsed
    const array = structured.decode(scratch, AT, AT + bytes.length) as number[]
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000)
    expect(array.length).toBe(2 ** 24)
    expect(array[2 ** 24 - 1]).toBe(1)
  })

  it('objects that all refer to one block of names each have to have their values', () => {
    // Two objects with 300 names, of which the second has no values.
    const names = Array.from({ length: 300 }, () => [0x41, 0x61]).flat()
    const head = [names.length & 0xff, names.length >> 8, 0, 0]
    const value = Array.from({ length: 300 }, () => 0x80)
    const first = [
      0x35,
      0x19,
      2,
      0x15,
      8 + value.length,
      (8 + value.length) >> 8,
      0,
      0,
      ...value,
      ...head,
      ...names,
    ]
    scratch.bytes.set([...first, 0x15, 8, 2, 0, 0], AT)
    expect(decodes(structured, AT + first.length + 5)).toBe(false)
  })

  it('a name that every object inherits becomes a property of its own', () => {
    const end = structured.encode(JSON.parse('{"__proto__":{"polluted":1},"toString":2}'), scratch, AT, LIMIT)
    const copy = structured.decode(scratch, AT, end) as object
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(Object.keys(copy)).toEqual(['__proto__', 'toString'])
    expect(({} as { polluted?: number }).polluted).toBe(undefined)
  })
})
