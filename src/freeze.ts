/**
 * Deep freezing of plain objects and arrays (the option `freeze`). Leaves class instances, Maps, buffers and the
 * namespaces of modules alone.
 */

import { isObjectPrototype } from './keys/classes'

const { getPrototypeOf, isFrozen } = Object

/** Freezes `value` and every plain object or array that it reaches through others; returns it. */
export function deepFreeze<T>(value: T): T {
  const waiting: unknown[] = [value]
  const seen = new Set<object>()
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (!isFreezable(next) || seen.has(next)) continue
    seen.add(next)
    if (!isFrozen(next)) Object.freeze(next)
    for (const name of Reflect.ownKeys(next)) {
      // Not read: a getter is not run, and has no value.
      waiting.push(Object.getOwnPropertyDescriptor(next, name)?.value)
    }
  }
  return value
}

function isFreezable(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: object | null = getPrototypeOf(value)
  if (prototype === null) return !isObjectPrototype(value) && !isNamespace(value)
  return isObjectPrototype(prototype)
}

/** Whether it is what `import * as` gives: not even its own module can freeze that. */
function isNamespace(value: object): boolean {
  return (
    !Object.isExtensible(value) &&
    Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value === 'Module'
  )
}
