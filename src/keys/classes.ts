/** Recognises the built-in objects that have a value of their own, from this realm or another, and none of their subclasses. */
import { types } from 'node:util'

const { getPrototypeOf } = Object
const hasOwn = Object.prototype.hasOwnProperty
const typedArrayName = Object.getOwnPropertyDescriptor(
  getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get as (this: object) => string | undefined

/** The classes whose value is bytes. */
const BYTE_CLASSES = new Set([
  'Buffer',
  'ArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
])

/** Whether the value of a built-in class is bytes. */
export function isByteClass(name: string): boolean {
  return BYTE_CLASSES.has(name)
}

/** Whether `prototype` is `Object.prototype` of some realm (node:vm, some test runners). */
export function isObjectPrototype(prototype: object): boolean {
  return getPrototypeOf(prototype) === null && hasOwn.call(prototype, 'isPrototypeOf')
}

/** The built-in class of `object`, or undefined if it has none or is an instance of a subclass. */
export function builtInClass(object: object, prototype: object): string | undefined {
  const name = brand(object)
  if (name === undefined) return undefined
  if (name === 'Uint8Array' && prototype === Buffer.prototype) return 'Buffer'
  // C.prototype → Object.prototype, with one step more for typed arrays; a subclass has one more.
  const parent = types.isTypedArray(object) ? getPrototypeOf(prototype) : prototype
  const direct = parent !== null && hasOwn.call(prototype, 'constructor') && isRoot(getPrototypeOf(parent))
  return direct ? name : undefined
}

function isRoot(prototype: object | null): boolean {
  return prototype !== null && isObjectPrototype(prototype)
}

/** The class whose internal slots `object` has, which nothing can forge. */
function brand(object: object): string | undefined {
  if (types.isDate(object)) return 'Date'
  if (types.isRegExp(object)) return 'RegExp'
  if (types.isMap(object)) return 'Map'
  if (types.isSet(object)) return 'Set'
  if (types.isArrayBuffer(object)) return 'ArrayBuffer'
  if (types.isDataView(object)) return 'DataView'
  const name = typedArrayName.call(object)
  return name !== undefined && isByteClass(name) ? name : undefined
}

/** What an object that cannot be in a key is called in messages. */
export function describe(object: object, prototype: object): string {
  if (types.isPromise(object)) return 'it is a Promise (await it first)'
  if (types.isSharedArrayBuffer(object)) return 'it is a SharedArrayBuffer, which others may write to'
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  // Not `maker.name`: a class may have a static getter or method of that name.
  const name: unknown =
    typeof maker === 'function' ? Object.getOwnPropertyDescriptor(maker, 'name')?.value : undefined
  return typeof name !== 'string' || name === ''
    ? 'it is an object with a prototype of its own'
    : `it is an instance of class ${name}`
}

/** Whether a property name is an array's or typed array's index. */
export function isIndex(name: string): boolean {
  const index = Number(name) >>> 0
  return index !== 2 ** 32 - 1 && String(index) === name
}
