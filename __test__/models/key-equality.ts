/**
 * When two argument lists are one key: pair by pair, part by part, with no encoding and no hash. Slow and obviously
 * correct; it is written from the rules that the README gives for keys, and shares no code and no idea with the implementation.
 */

/** Whether two argument lists are the same key. */
export function sameArguments(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((argument, i) => sameValue(argument, b[i]))
}

/** Whether two values are the same in a key. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return Object.is(a, b)
  const kind = kindOf(a)
  return kind === kindOf(b) && sameContent(kind, a, b) && sameProperties(a, b)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** What an object is, whichever realm it comes from. */
function kindOf(object: object): string {
  if (Buffer.isBuffer(object)) return 'Buffer'
  if (Object.getPrototypeOf(object) === null) return 'no prototype'
  return Object.prototype.toString.call(object).slice('[object '.length, -1)
}

/** Whether two objects of a kind hold the same, apart from their properties. */
function sameContent(kind: string, a: object, b: object): boolean {
  switch (kind) {
    case 'Array':
      return (a as unknown[]).length === (b as unknown[]).length
    case 'Date':
      return Object.is(Number(a), Number(b))
    case 'RegExp':
      return String(a) === String(b) && sameValue((a as RegExp).lastIndex, (b as RegExp).lastIndex)
    case 'Map':
      return sameArguments(
        [...(a as Map<unknown, unknown>)].flat(1),
        [...(b as Map<unknown, unknown>)].flat(1),
      )
    case 'Set':
      return sameArguments([...(a as Set<unknown>)], [...(b as Set<unknown>)])
    case 'Float16Array':
    case 'Float32Array':
    case 'Float64Array':
      return sameArguments(Array.from(a as Float64Array), Array.from(b as Float64Array))
    default:
      return Buffer.compare(bytesOf(a), bytesOf(b)) === 0
  }
}

function bytesOf(object: object): Uint8Array {
  if (ArrayBuffer.isView(object)) return new Uint8Array(object.buffer, object.byteOffset, object.byteLength)
  return Object.prototype.toString.call(object) === '[object ArrayBuffer]'
    ? new Uint8Array(object as ArrayBuffer)
    : new Uint8Array()
}

/** Whether two objects have the same enumerable properties, in whichever order. */
function sameProperties(a: object, b: object): boolean {
  const names = propertiesOf(a)
  const others = new Set(propertiesOf(b))
  if (names.length !== others.size) return false
  return names.every((name) => others.has(name) && sameValue(read(a, name), read(b, name)))
}

function propertiesOf(object: object): PropertyKey[] {
  const names = Reflect.ownKeys(object).filter(
    (name) => Object.getOwnPropertyDescriptor(object, name)!.enumerable,
  )
  // The elements of a typed array are its bytes.
  return ArrayBuffer.isView(object)
    ? names.filter((name) => typeof name === 'symbol' || !/^\d+$/.test(name))
    : names
}

function read(object: object, name: PropertyKey): unknown {
  return (object as Record<PropertyKey, unknown>)[name]
}
