/**
 * What typed arrays, buffers and views hold: their bytes, and whether they have properties besides. Reads internal
 * slots only, which no property of the object can hide.
 */
import { isDeepStrictEqual, types } from 'node:util'
import { refuse } from './refuse'
import { SHORT } from './tokens'

/** The bytes of typed arrays and buffers are kept with the entry: keys with more of them are refused. */
export const MAX_BYTES = 64 * 1024 * 1024

const { getOwnPropertyDescriptor, getPrototypeOf } = Object
const typedArray = getPrototypeOf(Uint8Array.prototype)

function slot<T>(prototype: object, name: string): (object: object) => T {
  const { get } = getOwnPropertyDescriptor(prototype, name)!
  return (object) => Reflect.apply(get!, object, [])
}

const typedName = getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)!.get as () => string | undefined

/** The arrays that may hold NaN, by class; Node has had the smallest since version 24. */
const FLOATS = new Map<string | undefined, FloatArrayConstructor>(
  ['Float16Array', 'Float32Array', 'Float64Array']
    .map((name) => [name, (globalThis as unknown as Record<string, FloatArrayConstructor>)[name]] as const)
    .filter(([, View]) => View !== undefined),
)

interface FloatArrayConstructor {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer): ArrayLike<number>
}

const elementsOf = slot<number>(typedArray, 'length')
const typedSlots = slots(typedArray)
const viewSlots = slots(DataView.prototype)
const lengthOf = slot<number>(ArrayBuffer.prototype, 'byteLength')

function slots(prototype: object) {
  return {
    buffer: slot<ArrayBuffer>(prototype, 'buffer'),
    offset: slot<number>(prototype, 'byteOffset'),
    length: slot<number>(prototype, 'byteLength'),
  }
}

/** How to ask a typed array or DataView for its place in memory. */
export function slotsOf(view: object): typeof viewSlots {
  return types.isTypedArray(view) ? typedSlots : viewSlots
}

/** The bytes of a typed array, DataView or ArrayBuffer, `depth` levels down, one code unit each. */
export function bytesOf(object: object, spent: number, depth: number): string {
  let bytes: Buffer
  try {
    bytes = bufferOver(object)
  } catch {
    return refuse(depth, 'its buffer is detached, or too small for it by now')
  }
  if (spent + bytes.length > MAX_BYTES) refuse(depth, `there are more than ${MAX_BYTES} bytes up to its end`)
  return oneNaN(object, bytes).toString('latin1')
}

/** NaN has many bit patterns, of which the engine may write any: in a key it is all ones. */
function oneNaN(object: object, bytes: Buffer): Buffer {
  const View = FLOATS.get(typedName.call(object))
  if (View === undefined) return bytes
  const copy = Uint8Array.from(bytes)
  const numbers = new View(copy.buffer)
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isNaN(numbers[i]))
      copy.fill(0xff, i * View.BYTES_PER_ELEMENT, (i + 1) * View.BYTES_PER_ELEMENT)
  }
  return Buffer.from(copy.buffer)
}

function bufferOver(object: object): Buffer {
  if (types.isArrayBuffer(object)) return Buffer.from(object, 0, lengthOf(object))
  const { buffer, offset, length } = slotsOf(object)
  return Buffer.from(buffer(object), offset(object), length(object))
}

/**
 * Whether a typed array has nothing but its elements. False if that is not certain: then its names must be listed, but
 * the list begins with all its indices, at 100 ns each. Comparing it with a view of the same memory takes a microsecond.
 */
export function isBare(object: object, name: string): boolean {
  if (!types.isTypedArray(object) || elementsOf(object) <= SHORT) return false
  const View = (globalThis as unknown as Record<string, new (...from: unknown[]) => object>)[name]
  const from = [typedSlots.buffer(object), typedSlots.offset(object), elementsOf(object)]
  return isDeepStrictEqual(
    object,
    name === 'Buffer' ? Reflect.apply(Buffer.from, Buffer, from) : new View(...from),
  )
}
