/** What the encoder asks of objects that the key reader does not: errors, boxed primitives, buffers, long arrays. */
import { types } from 'node:util'
import { isObjectPrototype } from '../keys/classes'
import * as wire from './wire'

/** Whether the memory of a buffer was taken away from it. Node 20 has no other way to ask. */
export function isDetached(buffer: ArrayBuffer): boolean {
  try {
    new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}

/** How many elements an array has, or more than `enough`. */
export function countPresent(array: readonly unknown[], enough: number): number {
  let count = 0
  for (let i = 0; i < array.length && count <= enough; i++) if (i in array) count++
  return count
}

/** An own property that is a value; its getter would not be asked. */
export function ownValue(error: Error, name: string): { value?: unknown } | undefined {
  const property = Object.getOwnPropertyDescriptor(error, name)
  return property !== undefined && 'value' in property ? property : undefined
}

const errorPrototypes = new Set<object>(wire.ERRORS.map((name) => globalThis[name].prototype))
errorPrototypes.add(AggregateError.prototype)

/** Whether an object is an error of a built-in class, and of none that was derived from one. */
export function isBuiltInError(object: object, prototype: object): boolean {
  if (!types.isNativeError(object)) return false
  if (errorPrototypes.has(prototype)) return true
  // Of another realm: a class of its own, of that name.
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return typeof maker === 'function' && Function.prototype.toString.call(maker).endsWith('{ [native code] }')
}

/** Whether an object is a primitive in a box, and of no class that was derived from those. */
export function isBoxed(object: object, prototype: object): boolean {
  const parent = Object.getPrototypeOf(prototype)
  return types.isBoxedPrimitive(object) && parent !== null && isObjectPrototype(parent)
}
