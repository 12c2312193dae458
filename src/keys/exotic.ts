/**
 * What is rare in arguments: symbols, named properties of arrays, Map, Set, Date, RegExp, bytes, and plain objects of
 * another realm; and the refusal of what is none of these. Says what there is to write, and writes nothing: so the walk
 * over a nested argument takes no more of the call stack for it.
 */
import { types } from 'node:util'
import { bytesOf, isBare } from './bytes'
import { builtInClass, describe, isByteClass, isIndex, isObjectPrototype } from './classes'
import { Position, path } from './path'
import { refuse, refuseLength } from './refuse'
import { byCodeUnit } from './shapes'
import { bytesTag, DATE, MAP, MAX_TOKENS, numberToken, REGEXP, SET, type Token } from './tokens'

/** How an object is written: its extras, its head, then its parts. */
export interface Exotic {
  /** Its named properties, as an object that has no others, if it has any. */
  readonly extras: object | undefined
  readonly head: readonly Token[]
  /** Each with the step of the path that leads to it. */
  readonly parts: Iterable<readonly [string | Position, unknown]>
  /** How many bytes of a buffer the head holds. */
  readonly bytes: number
}

const { getOwnPropertySymbols, keys: ownNames } = Object
const { propertyIsEnumerable: isEnumerable } = Object.prototype

/** The enumerable ones of a plain object's symbols, in the order of their registry keys. */
export function symbolsOf(object: object, found: readonly symbol[], depth: number): symbol[] {
  const symbols = found.filter((symbol) => isEnumerable.call(object, symbol))
  for (const symbol of symbols) {
    if (Symbol.keyFor(symbol) !== undefined) continue
    path[depth + 1] = symbol
    refuse(depth + 1, 'its name is a unique symbol')
  }
  return symbols.sort((a, b) => byCodeUnit(Symbol.keyFor(a)!, Symbol.keyFor(b)!))
}

/** The named properties of an array, if it has any. */
export function extrasOfArray(array: readonly unknown[]): object | undefined {
  return extrasOf(array, isIndex)
}

/** The enumerable named properties of an array, Map, Date …, if it has any. */
function extrasOf(object: object, skip: (name: string) => boolean): object | undefined {
  const extras = ownNames(object).filter((name) => !skip(name))
  const symbols = getOwnPropertySymbols(object).filter((symbol) => isEnumerable.call(object, symbol))
  if (extras.length === 0 && symbols.length === 0) return undefined
  const copy: Record<string | symbol, unknown> = Object.create(null)
  for (const name of [...extras, ...symbols]) copy[name] = (object as typeof copy)[name]
  return copy
}

const never = (): boolean => false

/**
 * What is to be written of an object that is neither an array nor a plain object of this realm. Undefined if it is a
 * plain object of another one.
 * @param spent - how many bytes of buffers the key holds already.
 */
export function exoticOf(
  object: object,
  prototype: object,
  spent: number,
  depth: number,
): Exotic | undefined {
  if (isObjectPrototype(prototype)) return undefined
  const name = builtInClass(object, prototype)
  if (name === undefined) refuse(depth, describe(object, prototype))
  if (isByteClass(name)) {
    const extras = isBare(object, name)
      ? undefined
      : extrasOf(object, types.isTypedArray(object) ? isIndex : never)
    const text = bytesOf(object, spent, depth)
    return { extras, head: [bytesTag(name), text], parts: [], bytes: text.length }
  }
  return { extras: extrasOf(object, never), ...contentOf(object, name, depth), bytes: 0 }
}

function contentOf(object: object, name: string, depth: number): Pick<Exotic, 'head' | 'parts'> {
  if (name === 'Date') return { head: [DATE, numberToken(Date.prototype.getTime.call(object))], parts: [] }
  if (name === 'RegExp') {
    const { source, flags, lastIndex } = object as RegExp
    return { head: [REGEXP, source, flags], parts: [['lastIndex', lastIndex]] }
  }
  return name === 'Map'
    ? mapContent(object as Map<unknown, unknown>, depth)
    : setContent(object as Set<unknown>, depth)
}

const sizeOfMap = Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!
const sizeOfSet = Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!

// A Map's or Set's entries are copied first: a getter inside may change the collection while it is read.

function mapContent(map: Map<unknown, unknown>, depth: number): Pick<Exotic, 'head' | 'parts'> {
  if (Reflect.apply(sizeOfMap, map, []) > MAX_TOKENS) refuseLength(depth)
  const entries = [...Map.prototype.entries.call(map)]
  return { head: [MAP, numberToken(entries.length)], parts: mapParts(entries) }
}

function* mapParts(entries: readonly [unknown, unknown][]): Generator<readonly [Position, unknown]> {
  for (const [i, [key, value]] of entries.entries()) {
    yield [new Position(`<key ${i}>`), key]
    yield [new Position(`<value ${i}>`), value]
  }
}

function setContent(set: Set<unknown>, depth: number): Pick<Exotic, 'head' | 'parts'> {
  if (Reflect.apply(sizeOfSet, set, []) > MAX_TOKENS) refuseLength(depth)
  const elements = [...Set.prototype.values.call(set)]
  return { head: [SET, numberToken(elements.length)], parts: setParts(elements) }
}

function* setParts(elements: readonly unknown[]): Generator<readonly [Position, unknown]> {
  for (const [i, element] of elements.entries()) yield [new Position(`<element ${i}>`), element]
}
