/**
 * The parts of arguments that are rare: symbols, named properties of arrays, Map, Set, Date, RegExp, bytes, and plain
 * objects of another realm; and the refusal of what is none of these. Written through the walk that met them, which
 * `read.ts` makes.
 */
import { bytesOf, isBare } from './bytes'
import { builtInClass, describe, isByteClass, isObjectPrototype } from './classes'
import { Position, path } from './path'
import { refuse, refuseLength } from './refuse'
import { byCodeUnit, type Shapes } from './shapes'
import {
  bytesTag,
  DATE,
  EXTRAS,
  MAP,
  MAX_TOKENS,
  numberToken,
  REGEXP,
  SET,
  SYMBOLS,
  type Token,
} from './tokens'

/** The walk over the arguments, as far as it concerns what is met on it. */
export interface Walk {
  /** How many bytes of buffers the key holds so far. */
  bytesRead: number
  write(token: Token): void
  /** Writes the value at `path`, which lies `depth` levels down. */
  value(value: unknown, shapes: Shapes, depth: number): void
  /** The same for what is known to be a plain object. @param bare - whether it has no prototype. */
  plain(object: object, bare: boolean, shapes: Shapes, depth: number): void
}

const { getOwnPropertySymbols, keys: ownNames } = Object
const { propertyIsEnumerable: isEnumerable } = Object.prototype

/** Writes the enumerable symbols of a plain object, in the order of their registry keys. */
export function readSymbols(
  object: object,
  found: symbol[],
  shapes: Shapes,
  depth: number,
  walk: Walk,
): void {
  const symbols = found.filter((symbol) => isEnumerable.call(object, symbol))
  if (symbols.length === 0) return
  for (const symbol of symbols) {
    if (Symbol.keyFor(symbol) !== undefined) continue
    path[depth + 1] = symbol
    refuse(depth + 1, 'its name is a unique symbol')
  }
  symbols.sort((a, b) => byCodeUnit(Symbol.keyFor(a)!, Symbol.keyFor(b)!))
  walk.write(SYMBOLS)
  walk.write(symbols.length)
  for (const symbol of symbols) {
    path[depth + 1] = symbol
    walk.write(symbol)
    walk.value((object as Record<symbol, unknown>)[symbol], shapes, depth + 1)
  }
}

/** Whether a property name is an array's or typed array's index. */
function isIndex(name: string): boolean {
  const index = Number(name)
  return index >= 0 && index < 2 ** 32 - 1 && String(index) === name
}

/** Writes the named properties of an array, where it has any. */
export function readArrayExtras(array: readonly unknown[], shapes: Shapes, depth: number, walk: Walk): void {
  readExtras(array, isIndex, shapes, depth, walk)
}

/** Writes the enumerable named properties of an array, Map, Date …, where it has any. */
function readExtras(
  object: object,
  skip: (name: string) => boolean,
  shapes: Shapes,
  depth: number,
  walk: Walk,
): void {
  const extras = ownNames(object).filter((name) => !skip(name))
  const symbols = getOwnPropertySymbols(object).filter((symbol) => isEnumerable.call(object, symbol))
  if (extras.length === 0 && symbols.length === 0) return
  walk.write(EXTRAS)
  const copy: Record<string | symbol, unknown> = Object.create(null)
  for (const name of [...extras, ...symbols]) copy[name] = (object as typeof copy)[name]
  walk.plain(copy, true, shapes, depth)
}

const never = (): boolean => false

/** Writes what is neither a plain object of this realm nor an array, unless it is refused. */
export function readExotic(
  object: object,
  prototype: object,
  shapes: Shapes,
  depth: number,
  walk: Walk,
): void {
  if (isObjectPrototype(prototype)) {
    walk.plain(object, false, shapes, depth)
    return
  }
  const name = builtInClass(object, prototype)
  if (name === undefined) refuse(depth, describe(object, prototype))
  const bytes = isByteClass(name)
  if (!bytes) readExtras(object, never, shapes, depth, walk)
  else if (!isBare(object, name)) readExtras(object, isIndex, shapes, depth, walk)
  if (bytes) {
    walk.write(bytesTag(name))
    const text = bytesOf(object, walk.bytesRead, depth)
    walk.bytesRead += text.length
    walk.write(text)
  } else if (name === 'Date') {
    walk.write(DATE)
    walk.write(numberToken(Date.prototype.getTime.call(object)))
  } else if (name === 'RegExp') {
    const { source, flags, lastIndex } = object as RegExp
    walk.write(REGEXP)
    walk.write(source)
    walk.write(flags)
    path[depth + 1] = 'lastIndex'
    walk.value(lastIndex, shapes, depth + 1)
  } else if (name === 'Map') readMap(object as Map<unknown, unknown>, shapes, depth, walk)
  else readSet(object as Set<unknown>, shapes, depth, walk)
}

const sizeOfMap = Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!
const sizeOfSet = Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!

// A Map's or Set's entries are copied first: a getter inside may change the collection while it is read.

function readMap(map: Map<unknown, unknown>, shapes: Shapes, depth: number, walk: Walk): void {
  if (Reflect.apply(sizeOfMap, map, []) > MAX_TOKENS) refuseLength(depth)
  const entries = [...Map.prototype.entries.call(map)]
  walk.write(MAP)
  walk.write(numberToken(entries.length))
  for (const [i, [key, value]] of entries.entries()) {
    path[depth + 1] = new Position(`<key ${i}>`)
    walk.value(key, shapes, depth + 1)
    path[depth + 1] = new Position(`<value ${i}>`)
    walk.value(value, shapes, depth + 1)
  }
}

function readSet(set: Set<unknown>, shapes: Shapes, depth: number, walk: Walk): void {
  if (Reflect.apply(sizeOfSet, set, []) > MAX_TOKENS) refuseLength(depth)
  const elements = [...Set.prototype.values.call(set)]
  walk.write(SET)
  walk.write(numberToken(elements.length))
  for (const [i, element] of elements.entries()) {
    path[depth + 1] = new Position(`<element ${i}>`)
    walk.value(element, shapes, depth + 1)
  }
}
