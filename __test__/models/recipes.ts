/**
 * Values that can be in a key, as recipes: so that the same value can be made many times, each time in another guise
 * (properties in another order, behind getters or a Proxy, from another realm), and so that a small change to it can
 * be drawn by lot.
 */
import vm from 'node:vm'
import fc from 'fast-check'

export type Recipe =
  | { kind: 'leaf'; value: unknown }
  | { kind: 'object' | 'bare'; parts: Recipe[]; names: PropertyKey[] }
  /** An array; `undefined` is a hole. Properties that are no elements come last. */
  | { kind: 'array'; parts: (Recipe | undefined)[]; names: PropertyKey[]; named: Recipe[] }
  | { kind: 'Map' | 'Set'; parts: Recipe[] }
  | { kind: 'Date'; time: number }
  | { kind: 'RegExp'; source: string; flags: string; lastIndex: number }
  | { kind: 'bytes'; view: ByteKind; bytes: number[] }

const BYTE_KINDS = ['Buffer', 'ArrayBuffer', 'DataView', 'Uint8Array', 'Int8Array', 'Float64Array'] as const
type ByteKind = (typeof BYTE_KINDS)[number]

// Small alphabets, so that values drawn at random are often equal or nearly so.
const LEAVES = [
  ...['', '0', '1', 'a', 'NaN', 'undefined', 'null', '\ud800', '[]', '{"a":1}', 'a,b', ...'\0\u0001\x1f'],
  ...[0, -0, 1, -1, 2, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 0.5],
  ...[0n, 1n, 2n ** 70n, true, false, null, undefined],
  ...[Symbol.for('a'), Symbol.for('1'), Symbol.for('')],
]
const NAMES: PropertyKey[] = [
  ...['a', 'b', 'c', 'ab', '0', '1', '10', '', '__proto__', 'constructor', 'length', 'toString', '\udc00'],
  ...[Symbol.for('a'), Symbol.for('b')],
]

const leaf = fc.constantFrom(...LEAVES).map((value): Recipe => ({ kind: 'leaf', value }))
const names = fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 5 })
const bytes = fc
  .tuple(fc.constantFrom(...BYTE_KINDS), fc.array(fc.constantFrom(0, 1, 127, 128, 255), { maxLength: 4 }))
  .map(
    ([view, some]): Recipe => ({ kind: 'bytes', view, bytes: view === 'Float64Array' ? eight(some) : some }),
  )

function eight(some: number[]): number[] {
  return some.length === 0 ? [] : Array.from({ length: 8 }, (_, i) => some[i % some.length])
}

const { recipe } = fc.letrec<{ recipe: Recipe; parts: Recipe[] }>((tie) => ({
  recipe: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: leaf, weight: 6 },
    { arbitrary: objectOf(tie('recipe')), weight: 5 },
    { arbitrary: arrayOf(tie('recipe')), weight: 3 },
    {
      arbitrary: fc.record({
        kind: fc.constantFrom('Map', 'Set'),
        parts: tie('parts'),
      }) as fc.Arbitrary<Recipe>,
      weight: 2,
    },
    { arbitrary: bytes, weight: 1 },
    {
      arbitrary: fc.constantFrom(0, 1, Number.NaN).map((time): Recipe => ({ kind: 'Date', time })),
      weight: 1,
    },
    {
      arbitrary: fc
        .tuple(fc.constantFrom('a', 'b', '/'), fc.constantFrom('', 'g', 'gi'), fc.constantFrom(0, 1))
        .map(([source, flags, lastIndex]): Recipe => ({ kind: 'RegExp', source, flags, lastIndex })),
      weight: 1,
    },
  ),
  parts: fc.array(tie('recipe'), { maxLength: 4 }),
}))

function objectOf(part: fc.Arbitrary<Recipe>): fc.Arbitrary<Recipe> {
  return names.chain((some) =>
    fc.record({
      kind: fc.constantFrom('object', 'object', 'object', 'bare'),
      parts: fc.array(part, { minLength: some.length, maxLength: some.length }),
      names: fc.constant(some),
    }),
  ) as fc.Arbitrary<Recipe>
}

function arrayOf(part: fc.Arbitrary<Recipe>): fc.Arbitrary<Recipe> {
  return fc
    .tuple(
      fc.array(fc.option(part, { nil: undefined, freq: 8 }), { maxLength: 4 }),
      fc.option(part, { freq: 8 }),
    )
    .map(([parts, extra]) =>
      extra === null
        ? { kind: 'array', parts, names: [], named: [] }
        : { kind: 'array', parts, names: ['a'], named: [extra] },
    )
}

/** Any value that can be in a key. */
export const anyRecipe: fc.Arbitrary<Recipe> = recipe

/** A source of lots: a whole number from 0 to below `count`. */
export type Lots = (count: number) => number

/** Lots that are the same each time for the same seed. */
export function lots(seed: number): Lots {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1
  return (count) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % count
  }
}

type Realm = Pick<typeof globalThis, 'Object' | 'Array' | 'Map' | 'Set' | 'Date' | 'RegExp' | 'Uint8Array'>
const realms: Realm[] = [globalThis, vm.runInNewContext('globalThis')]

/** The value of a recipe, in a guise drawn by lot. */
export function make(from: Recipe, draw: Lots): unknown {
  const realm = realms[draw(4) === 0 ? 1 : 0]
  switch (from.kind) {
    case 'leaf':
      return from.value
    case 'object':
    case 'bare': {
      const object = from.kind === 'bare' ? Object.create(null) : new realm.Object()
      for (const i of shuffled(from.names.length, draw))
        set(object, from.names[i], make(from.parts[i], draw), draw)
      return draw(6) === 0 ? new Proxy(object, {}) : object
    }
    case 'array': {
      const array = new realm.Array(from.parts.length)
      for (const i of shuffled(from.parts.length, draw)) {
        const part = from.parts[i]
        if (part !== undefined) set(array, i, make(part, draw), draw)
      }
      from.names.forEach((name, i) => {
        set(array, name, make(from.named[i], draw), draw)
      })
      return draw(6) === 0 ? new Proxy(array, {}) : array
    }
    case 'Map': {
      const values = from.parts.map((part) => make(part, draw))
      return new realm.Map(values.map((value, i) => [value, values[values.length - 1 - i]]))
    }
    case 'Set':
      return new realm.Set(from.parts.map((part) => make(part, draw)))
    case 'Date':
      return new realm.Date(from.time)
    case 'RegExp': {
      const expression = new realm.RegExp(from.source, from.flags)
      expression.lastIndex = from.lastIndex
      return expression
    }
    case 'bytes':
      return bytesOf(from.view, from.bytes, draw)
  }
}

/** Defines a property: as a value, or behind a getter. */
function set(object: object, name: PropertyKey, value: unknown, draw: Lots): void {
  const how = draw(8) === 0 ? { get: () => value } : { value, writable: true }
  Object.defineProperty(object, name, { ...how, enumerable: true, configurable: true })
}

function bytesOf(view: ByteKind, bytes: number[], draw: Lots): unknown {
  // The view may begin anywhere in its buffer.
  const offset = 8 * draw(2)
  const { buffer } = Uint8Array.from([...new Array(offset).fill(9), ...bytes, 9])
  if (view === 'ArrayBuffer') return buffer.slice(offset, offset + bytes.length)
  if (view === 'Buffer') return Buffer.from(buffer, offset, bytes.length)
  const View = globalThis[view] as new (buffer: ArrayBuffer, offset: number, length: number) => unknown
  return new View(buffer, offset, view === 'Float64Array' ? bytes.length / 8 : bytes.length)
}

function shuffled(count: number, draw: Lots): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  if (draw(2) === 0) return order
  for (let i = count - 1; i > 0; i--) {
    const j = draw(i + 1)
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}

/** The list with one thing in it changed, or none; which one is drawn by lot. */
export function changeList(list: readonly Recipe[], draw: Lots): Recipe[] {
  const copy = [...list]
  switch (draw(12)) {
    case 0:
      return copy.slice(0, -1)
    case 1:
      return [...copy, { kind: 'leaf', value: undefined }]
    case 2:
      return [{ kind: 'array', parts: copy, names: [], named: [] }]
    case 3:
      return copy.reverse()
    case 4: {
      const [first] = copy
      return first !== undefined && first.kind === 'array'
        ? first.parts.filter((part) => part !== undefined)
        : copy
    }
    default: {
      if (copy.length === 0) return copy
      const i = draw(copy.length)
      copy[i] = change(copy[i], draw)
      return copy
    }
  }
}

/** The value with one thing in it changed. */
function change(from: Recipe, draw: Lots): Recipe {
  if ('parts' in from && from.parts.length > 0 && draw(3) !== 0) {
    const i = draw(from.parts.length)
    const part = from.parts[i]
    const parts = [...from.parts]
    parts[i] = part === undefined ? { kind: 'leaf', value: undefined } : change(part, draw)
    return { ...from, parts } as Recipe
  }
  switch (from.kind) {
    case 'object':
    case 'bare':
      return changeObject(from, draw)
    case 'array':
      return changeArray(from, draw)
    case 'Map':
    case 'Set':
      if (draw(2) === 0) return { ...from, parts: [...from.parts].reverse() }
      return draw(2) === 0
        ? { kind: 'array', parts: from.parts, names: [], named: [] }
        : { kind: from.kind === 'Map' ? 'Set' : 'Map', parts: from.parts }
    case 'bytes':
      return from.view === 'Float64Array' || draw(2) === 0
        ? { ...from, bytes: from.bytes.map((byte) => byte ^ 1) }
        : { ...from, view: BYTE_KINDS[draw(BYTE_KINDS.length - 1)] }
    case 'Date':
      return { kind: 'leaf', value: from.time }
    case 'RegExp':
      return { ...from, lastIndex: 1 - from.lastIndex }
    case 'leaf':
      return draw(4) === 0
        ? { kind: 'array', parts: [from], names: [], named: [] }
        : { kind: 'leaf', value: LEAVES[draw(LEAVES.length)] }
  }
}

function changeObject(from: Recipe & { kind: 'object' | 'bare' }, draw: Lots): Recipe {
  const name = NAMES[draw(NAMES.length)]
  switch (draw(4)) {
    case 0:
      return { ...from, kind: from.kind === 'bare' ? 'object' : 'bare' }
    case 1:
      return { ...from, names: from.names.slice(1), parts: from.parts.slice(1) }
    case 2:
      return from.names.includes(name)
        ? from
        : {
            ...from,
            names: [...from.names.slice(0, -1), name],
            parts: from.names.length === 0 ? [{ kind: 'leaf', value: 1 }] : from.parts,
          }
    default:
      return from.names.includes(name)
        ? from
        : {
            ...from,
            names: [...from.names, name],
            parts: [...from.parts, { kind: 'leaf', value: undefined }],
          }
  }
}

function changeArray(from: Recipe & { kind: 'array' }, draw: Lots): Recipe {
  const { parts } = from
  switch (draw(4)) {
    case 0:
      return { ...from, parts: [...parts].reverse() }
    case 1:
      return { ...from, parts: [...parts, undefined] }
    case 2:
      return { ...from, names: [], named: [] }
    default: {
      const filled = parts.filter((part) => part !== undefined)
      return { kind: 'object', parts: filled, names: filled.map((_, i) => String(i)) }
    }
  }
}
