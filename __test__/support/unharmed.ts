/** Watches over what bytes from anywhere must never reach: code, and the prototypes that all objects share. */

const watched = [
  ...[
    Object,
    Array,
    Function,
    Map,
    Set,
    Date,
    RegExp,
    Error,
    TypeError,
    ArrayBuffer,
    Uint8Array,
    String,
    Number,
  ],
]

function shapes(): string {
  return JSON.stringify(
    watched
      .flatMap((each) => [each, each.prototype as object])
      .map((object) =>
        Reflect.ownKeys(object).map((name) => {
          const { value, get, set, ...attributes } = Object.getOwnPropertyDescriptor(object, name)!
          return [String(name), typeof value, typeof get, typeof set, attributes]
        }),
      ),
  )
}

/** Runs something in a world where making code of a string throws, and says whether the world is still the same. */
export function leavesTheWorldUnharmed(run: () => void): { made: number; changed: boolean } {
  let made = 0
  const trap = (): never => {
    made++
    throw new Error('code was made')
  }
  const { Function: original, eval: originalEval } = globalThis
  const maker = original.prototype.constructor
  const before = shapes()
  const values = watched.map((each) => Object.values(Object.getOwnPropertyDescriptors(each.prototype)))
  // What looks up either name, or comes by way of a function's constructor.
  globalThis.Function = new Proxy(original, { apply: trap, construct: trap })
  globalThis.eval = trap
  original.prototype.constructor = globalThis.Function
  try {
    run()
  } finally {
    globalThis.Function = original
    globalThis.eval = originalEval
    original.prototype.constructor = maker
  }
  const same = watched.every((each, i) =>
    Object.values(Object.getOwnPropertyDescriptors(each.prototype)).every(
      (property, j) => property.value === values[i][j]?.value && property.get === values[i][j]?.get,
    ),
  )
  return { made, changed: !same || shapes() !== before }
}

/** How much there is in a value, every object counted once: parts, and bytes. The holes of an array count nothing. */
export function extentOf(value: unknown): number {
  const seen = new Set<object>()
  const waiting: unknown[] = [value]
  let extent = 0
  while (waiting.length > 0) {
    const next = waiting.pop()
    extent++
    if (typeof next === 'string') extent += next.length
    if (typeof next === 'bigint') extent += next.toString(16).length
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    seen.add(next)
    // Not its buffer: Node lets small ones share one.
    if (ArrayBuffer.isView(next)) extent += next.byteLength
    else if (next instanceof ArrayBuffer) extent += next.byteLength
    else {
      if (next instanceof Map || next instanceof Set) for (const part of next) waiting.push(part)
      for (const name of Reflect.ownKeys(next)) {
        extent += String(name).length
        waiting.push((next as Record<PropertyKey, unknown>)[name])
      }
    }
  }
  return extent
}

/** Of which kind a value is, and how many kinds of values are in it. */
export function kindsOf(value: unknown): string {
  const kinds = new Set<string>()
  const seen = new Set<unknown>()
  const waiting = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (seen.has(next)) continue
    seen.add(next)
    kinds.add(kindOf(next))
    if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next)) continue
    if (next instanceof Map || next instanceof Set) for (const part of next) waiting.push(part)
    for (const name of Reflect.ownKeys(next)) waiting.push((next as Record<PropertyKey, unknown>)[name])
  }
  return `${kindOf(value)} of ${kinds.size} kinds`
}

function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}
