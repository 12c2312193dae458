/**
 * Writes values as `structuredClone` copies them: cycles and shared parts stay what they are, holes stay holes, each
 * property is read once. What `structuredClone` would refuse, or would copy as something else without a word (class
 * instances), is refused, with the path to it.
 */
import { types } from 'node:util'
import { slotsOf } from '../keys/bytes'
import { builtInClass, describe, isIndex, isObjectPrototype } from '../keys/classes'
import type { Scratch } from '../scratch'
import { countPresent, isBoxed, isBuiltInError, isDetached, ownValue } from './kinds'
import { blockOf, Names, type State } from './names'
import { type Path, Place, refuse } from './refuse'
import * as wire from './wire'
import { FULL, Writer } from './writer'

/** Deeper values are refused: the stack has an end. */
export const MAX_DEPTH = 1000

/** As long as there are no more objects than this, looking through a list is faster than a Map. */
const FEW = 32
/** An array that may be dense is not longer: it is worth counting its elements before listing them. */
const LONGEST_DENSE = 2 ** 27
/** An array is written by its elements' indices if it has this many holes for each element, and then some. */
const SPARSE = 4

const { getOwnPropertySymbols, getPrototypeOf, keys: ownNames } = Object
const objectPrototype = Object.prototype
const arrayPrototype = Array.prototype
const { hasOwnProperty: hasOwn, propertyIsEnumerable: isEnumerable } = Object.prototype
const { isProxy } = types

export class Encoder extends Writer {
  private readonly names = new Names()
  private readonly path: Path = []
  /** Which message this is: what is known of names' positions belongs to one. */
  private message = 0
  /** The objects so far: in a list, and once they are many in a map to their numbers. */
  private objects = 0
  private readonly few: (object | undefined)[] = []
  private many: Map<object, number> | undefined
  private shared = false
  /** What was written before others wrote to its place. */
  private torn: Buffer | undefined

  /** Writes an object from `at`; returns where it ended. Throws a `Refusal`, `FULL`, or what a getter has thrown. */
  encode(object: object, scratch: Scratch, at: number, limit: number): number {
    this.open(scratch, at, limit)
    this.message++
    this.objects = 0
    this.shared = false
    try {
      this.byte(wire.TREE)
      this.object(object, 0)
      this.settle()
      if (this.shared) this.bytes[at] = wire.STRUCTURE
      return this.at
    } finally {
      for (let i = Math.min(this.objects, FEW) - 1; i >= 0; i--) this.few[i] = undefined
      this.many = undefined
      this.torn = undefined
    }
  }

  /** Before others write to the scratch, while a getter runs. */
  setAside(): void {
    const kept = this.torn ?? Buffer.alloc(0)
    this.torn = Buffer.concat([kept, this.bytes.subarray(this.start + kept.length, this.at)])
  }

  /** Before something is changed that was written earlier, and at the end: all that was written is there again. */
  private settle(): void {
    this.follow()
    if (this.torn === undefined) return
    this.bytes.set(this.torn, this.start)
    this.torn = undefined
  }

  private value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.string(value)
        return
      case 'number':
        this.number(value)
        return
      case 'boolean':
        this.byte(value ? wire.TRUE : wire.FALSE)
        return
      case 'undefined':
        this.byte(wire.UNDEFINED)
        return
      case 'bigint':
        this.bigint(value)
        return
      case 'object':
        if (value === null) this.byte(wire.NULL)
        else this.object(value, depth)
        return
      default:
        refuse(this.path, depth, `it is a ${typeof value}`)
    }
  }

  private object(object: object, depth: number): void {
    if (this.isKnown(object)) return
    if (depth >= MAX_DEPTH) refuse(this.path, depth, `it is nested deeper than ${MAX_DEPTH} levels`)
    const prototype = getPrototypeOf(object)
    if (prototype === objectPrototype || prototype === null) this.plain(object, depth)
    else if (Array.isArray(object) && (prototype === arrayPrototype || Array.isArray(prototype)))
      this.array(object, depth)
    else this.exotic(object, prototype, depth)
  }

  /** Whether an object was met before: then it is written as its number. Otherwise it gets one. */
  private isKnown(object: object): boolean {
    const { few, objects } = this
    if (objects <= FEW) {
      for (let i = 0; i < objects; i++) {
        if (few[i] === object) {
          this.reference(i)
          return true
        }
      }
      if (objects < FEW) {
        few[objects] = object
        this.objects++
        return false
      }
      this.many = new Map(few.map((each, i) => [each!, i]))
    } else {
      const known = this.many!.get(object)
      if (known !== undefined) {
        this.reference(known)
        return true
      }
    }
    this.many!.set(object, this.objects++)
    return false
  }

  private reference(number: number): void {
    this.shared = true
    this.byte(wire.REFERENCE)
    this.count(number)
  }

  private plain(object: object, depth: number): void {
    this.checkProperties(object, depth)
    const tag = this.at
    this.byte(wire.EMPTY_OBJECT)
    let state = this.names.root
    let open = false
    for (const name in object) {
      if (!hasOwn.call(object, name)) continue
      if (this.at === tag + 1) {
        this.need(4)
        this.at += 4
      }
      if (!open) {
        const next = state.name === name ? state.next : this.names.step(state, name)
        if (next === undefined) open = true
        else state = next
      }
      if (open) {
        this.byte(wire.NAME)
        this.string(name)
      }
      const value = (object as Record<string, unknown>)[name]
      if (typeof value === 'string') this.string(value)
      else if (typeof value === 'number') this.number(value)
      else {
        this.path[depth] = name
        this.value(value, depth + 1)
      }
    }
    if (open) this.byte(wire.END)
    this.settle()
    if (this.at === tag + 1) return
    const position = this.block(state)
    this.bytes[tag] = open ? wire.OPEN_OBJECT : wire.OBJECT
    this.view.setUint32(tag + 1, position, true)
  }

  /** Where in the message the names of `state` stand; they are written if they do not yet. */
  private block(state: State): number {
    if (state.message === this.message) return state.position
    const position = this.at - this.start
    state.block ??= blockOf(state.names)
    const { block } = state
    const { length } = block
    this.need(length)
    const { bytes, at } = this
    if (length > 64) bytes.set(block, at)
    else for (let i = 0; i < length; i++) bytes[at + i] = block[i]
    this.at = at + length
    state.position = position
    state.message = this.message
    return position
  }

  /** Refuses what has properties that would not be copied, or none of its own. */
  private checkProperties(object: object, depth: number): void {
    if (isProxy(object)) refuse(this.path, depth, 'it is a Proxy')
    const symbols = getOwnPropertySymbols(object)
    if (symbols.length === 0) return
    if (types.isArgumentsObject(object)) refuse(this.path, depth, 'it is an arguments object')
    const symbol = symbols.find((each) => isEnumerable.call(object, each))
    if (symbol !== undefined) refuse(this.path, depth, `it has a property named ${String(symbol)}`)
  }

  private array(array: readonly unknown[], depth: number): void {
    this.checkProperties(array, depth)
    const { length } = array
    const left = this.limit - this.at
    if (length > left && length <= LONGEST_DENSE && countPresent(array, left) > left) throw FULL
    // Index names come first and in order, so this finds both holes and named properties.
    const present = ownNames(array)
    let elements = present.length
    while (elements > 0 && !isIndex(present[elements - 1])) elements--
    const named = present.slice(elements)
    if (length > SPARSE * elements + 64) this.sparse(array, present, elements, depth)
    else {
      this.byte(named.length === 0 ? wire.ARRAY : wire.NAMED_ARRAY)
      this.count(length)
      for (let i = 0; i < length; i++) {
        const value = array[i]
        if (typeof value === 'number') this.number(value)
        else if (typeof value === 'string') this.string(value)
        else if (value === undefined && !hasOwn.call(array, i)) this.byte(wire.HOLE)
        else {
          this.path[depth] = i
          this.value(value, depth + 1)
        }
      }
      if (named.length === 0) return
    }
    this.count(named.length)
    for (const name of named) {
      this.string(name)
      this.property(array, name, name, depth)
    }
  }

  private sparse(array: readonly unknown[], names: readonly string[], elements: number, depth: number): void {
    this.byte(wire.SPARSE_ARRAY)
    this.count(array.length)
    this.count(elements)
    for (let i = 0; i < elements; i++) {
      const index = Number(names[i])
      this.count(index)
      this.property(array, names[i], index, depth)
    }
  }

  /** Writes a property of an array that was there when its names were listed. */
  private property(array: readonly unknown[], name: string, step: string | number, depth: number): void {
    const value = (array as unknown as Record<string, unknown>)[name]
    if (value === undefined && !hasOwn.call(array, name)) this.byte(wire.HOLE)
    else {
      this.path[depth] = step
      this.value(value, depth + 1)
    }
  }

  private exotic(object: object, prototype: object, depth: number): void {
    if (isObjectPrototype(prototype)) {
      this.plain(object, depth)
      return
    }
    const name = builtInClass(object, prototype)
    switch (name) {
      case undefined:
        if (isBuiltInError(object, prototype)) this.error(object as Error, depth)
        else if (isBoxed(object, prototype)) this.boxed(object, depth)
        else refuse(this.path, depth, describe(object, prototype))
        return
      case 'Date':
        this.byte(wire.DATE)
        this.need(8)
        this.view.setFloat64(this.at, Date.prototype.getTime.call(object), true)
        this.at += 8
        return
      case 'RegExp':
        this.byte(wire.REGEXP)
        this.string((object as RegExp).source)
        this.string((object as RegExp).flags)
        return
      case 'Map':
        this.map(object as Map<unknown, unknown>, depth)
        return
      case 'Set':
        this.set(object as Set<unknown>, depth)
        return
      case 'ArrayBuffer':
        this.raw(wire.ARRAY_BUFFER, object as ArrayBuffer, 0, undefined, depth)
        return
      default:
        this.bytesOf(object, name, depth)
    }
  }

  private map(map: Map<unknown, unknown>, depth: number): void {
    // Copied first: a getter inside may change it while it is read.
    const entries = [...Map.prototype.entries.call(map)]
    this.byte(wire.MAP)
    this.count(entries.length)
    for (const [i, [key, value]] of entries.entries()) {
      this.path[depth] = new Place(`<key ${i}>`)
      this.value(key, depth + 1)
      this.path[depth] = new Place(`<value ${i}>`)
      this.value(value, depth + 1)
    }
  }

  private set(set: Set<unknown>, depth: number): void {
    const elements = [...Set.prototype.values.call(set)]
    this.byte(wire.SET)
    this.count(elements.length)
    for (const [i, element] of elements.entries()) {
      this.path[depth] = new Place(`<element ${i}>`)
      this.value(element, depth + 1)
    }
  }

  private bytesOf(object: object, name: string, depth: number): void {
    const slots = slotsOf(object)
    const buffer = slots.buffer(object)
    if (types.isSharedArrayBuffer(buffer)) refuse(this.path, depth, describe(buffer, getPrototypeOf(buffer)))
    if (isDetached(buffer)) refuse(this.path, depth, 'its buffer is detached')
    const offset = slots.offset(object)
    const length = slots.length(object)
    if (name === 'Buffer') {
      this.raw(wire.BUFFER, buffer, offset, length, depth)
      return
    }
    this.byte(wire.VIEW)
    this.byte(wire.VIEWS.indexOf(name as (typeof wire.VIEWS)[number]))
    this.path[depth] = new Place('.buffer')
    this.object(buffer, depth + 1)
    this.count(offset)
    this.count(length)
  }

  private raw(
    tag: number,
    buffer: ArrayBuffer,
    offset: number,
    length: number | undefined,
    depth: number,
  ): void {
    if ((buffer as { resizable?: boolean }).resizable === true)
      refuse(this.path, depth, 'it is a resizable ArrayBuffer')
    if (isDetached(buffer)) refuse(this.path, depth, 'it is detached')
    const bytes = new Uint8Array(buffer, offset, length)
    this.byte(tag)
    this.need(bytes.length)
    this.count(bytes.length)
    this.copy(bytes)
  }

  /** What `structuredClone` keeps of an error: its class by its name, and these properties if they are its own. */
  private error(error: Error, depth: number): void {
    const kind = Math.max(0, (wire.ERRORS as readonly string[]).indexOf(`${error.name}`))
    const message = ownValue(error, 'message')
    const cause = ownValue(error, 'cause')
    const { stack } = error
    const flags =
      (message === undefined ? 0 : wire.HAS_MESSAGE) |
      (typeof stack === 'string' ? wire.HAS_STACK : 0) |
      (cause === undefined ? 0 : wire.HAS_CAUSE)
    this.byte(wire.ERROR)
    this.byte(kind)
    this.byte(flags)
    if (message !== undefined) this.string(`${message.value}`)
    if (typeof stack === 'string') this.string(stack)
    if (cause !== undefined) {
      this.path[depth] = 'cause'
      this.value(cause.value, depth + 1)
    }
  }

  private boxed(object: object, depth: number): void {
    if (types.isSymbolObject(object)) refuse(this.path, depth, 'it is a symbol')
    this.byte(wire.BOXED)
    if (types.isNumberObject(object)) this.number(Number.prototype.valueOf.call(object))
    else if (types.isStringObject(object)) this.string(String.prototype.valueOf.call(object))
    else if (types.isBooleanObject(object)) this.value(Boolean.prototype.valueOf.call(object), depth)
    else this.bigint(BigInt.prototype.valueOf.call(object))
  }
}
