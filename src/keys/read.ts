/**
 * Writes arguments as tokens: by type and value, structurally, each property read once. What has no value of its own
 * (functions, unique symbols, class instances, promises …) or no end (cycles) is a TypeError with its position and path.
 *
 * The tokens of the key being read lie in `tokens` from `start` to `end`, until the next read. Getters and Proxy traps
 * may read other keys meanwhile: a read works above whatever is on the stack, and always leaves it as it found it.
 */
import { bytesOf, isBare } from './bytes'
import { builtInClass, describe, isIndex, isObjectPrototype } from './classes'
import { Position, path, refuse } from './refuse'
import { byCodeUnit, LOST, MAX_NAMES, type Shapes, type State } from './shapes'
import {
  ARRAYS,
  BARE_DICTIONARY,
  BYTES,
  DATE,
  DICTIONARY,
  EXTRAS,
  HOLE,
  type Key,
  LISTS,
  LONG_ARRAY,
  LONG_LIST,
  MAP,
  NONE,
  numberToken,
  REGEXP,
  SET,
  SHORT,
  SYMBOLS,
  type Token,
} from './tokens'

/** Deeper arguments are refused: nothing ends a walk into a cycle, and the stack has an end. */
export const MAX_DEPTH = 1000
/** Longer keys are refused: an object that shares its parts can spell out to more tokens than there is memory. */
export const MAX_TOKENS = 1_000_000
/** More work is refused: a deep object may have to be brought into order on each level. */
const MAX_MOVED = 16 * MAX_TOKENS

/** The stack of tokens. */
export const tokens: Token[] = new Array<Token>(1).fill(NONE)
/** Where the key that was read last lies in `tokens`. */
export const span = { start: 0, end: 0 }

let top = 0
/** A stack beside it, of the properties of the plain objects being walked: their names, and where their tokens start. */
const names: string[] = []
const starts: number[] = []
let walked = 0
/** How many reads are under way: one, and those that getters of its arguments make. What follows is shared by them. */
let reading = 0
/** Tokens moved, and bytes read. */
let moved = 0
let bytesRead = 0
/** Every fourth of the objects around the one that is being read, to find cycles before they become long. */
const around: object[] = []
/** The stack is cut back to this length when it is empty, so that one long key does not occupy memory for ever. */
const KEPT = 4096

const { getOwnPropertySymbols, getPrototypeOf, keys: ownNames } = Object
const objectPrototype = Object.prototype
const arrayPrototype = Array.prototype
const { hasOwnProperty: hasOwn, propertyIsEnumerable: isEnumerable } = Object.prototype

/**
 * Reads the key of an argument list into `tokens`. One argument is written bare, several after their number.
 * @param subjects - what messages call them, if not by their positions.
 */
export function readList(
  args: ArrayLike<unknown>,
  shapes: Shapes,
  subjects?: readonly (string | number)[],
): void {
  const base = open()
  const property = walked
  let aside: Aside | undefined
  reading++
  try {
    if (reading > 1) aside = setAside()
    const count = args.length
    if (count > MAX_TOKENS) {
      path[0] = 'The argument list'
      refuseLength(0)
    }
    if (count > SHORT) {
      tokens[top++] = LONG_LIST
      tokens[top++] = count
    } else if (count !== 1) tokens[top++] = LISTS[count]
    for (let i = 0; i < count; i++) {
      path[0] = subjects === undefined ? i : subjects[i]
      readValue(args[i], shapes, 0)
    }
    span.start = base
    span.end = top
  } finally {
    // As it was, and without a call, since the call stack may be at its end.
    top = base
    walked = property
    reading--
    if (around.length !== 0) around.length = 0
    if (aside !== undefined) restore(aside)
  }
}

/**
 * Reads the key of one value into `tokens`.
 * @param subject - what messages call it: an argument's position, or a phrase.
 */
export function readOne(value: unknown, subject: string | number, shapes: Shapes): void {
  const base = open()
  const property = walked
  let aside: Aside | undefined
  reading++
  try {
    if (reading > 1) aside = setAside()
    path[0] = subject
    readValue(value, shapes, 0)
    span.start = base
    span.end = top
  } finally {
    // As it was, and without a call, since the call stack may be at its end.
    top = base
    walked = property
    reading--
    if (around.length !== 0) around.length = 0
    if (aside !== undefined) restore(aside)
  }
}

/** The key that was read last, for keeping. */
export function takeKey(): Key {
  const { start, end } = span
  return end - start === 1 ? tokens[start] : tokens.slice(start, end)
}

function open(): number {
  if (reading === 0) {
    moved = 0
    bytesRead = 0
    if (tokens.length > KEPT) tokens.length = KEPT
  }
  return top
}

/** What a read made by a getter would overwrite. */
interface Aside {
  readonly path: typeof path
  readonly around: typeof around
}

function setAside(): Aside {
  return { path: path.slice(), around: around.slice() }
}

function restore(aside: Aside): void {
  path.splice(0, path.length, ...aside.path)
  around.push(...aside.around)
}

function readValue(value: unknown, shapes: Shapes, depth: number): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
    case 'bigint':
      tokens[top++] = value
      return
    case 'number':
      tokens[top++] = numberToken(value)
      return
    case 'symbol':
      if (Symbol.keyFor(value) === undefined)
        refuse(depth, `${String(value)} is a unique symbol (only those of Symbol.for() have a value)`)
      tokens[top++] = value
      return
    case 'object':
      if (value === null) tokens[top++] = null
      else readObject(value, shapes, depth)
      return
    default:
      refuse(depth, 'it is a function')
  }
}

function readObject(object: object, shapes: Shapes, depth: number): void {
  if ((depth & 3) === 0 && depth !== 0) descend(object, depth)
  if (top > MAX_TOKENS) refuseLength(depth)
  const prototype = getPrototypeOf(object)
  if (prototype === objectPrototype) readPlain(object, false, shapes, depth)
  else if (prototype === null) readPlain(object, true, shapes, depth)
  else if (Array.isArray(object) && (prototype === arrayPrototype || Array.isArray(prototype)))
    readArray(object, shapes, depth)
  else readExotic(object, prototype, shapes, depth)
}

/** Takes note of an object on a level divisible by four, unless it is too deep or around itself. */
function descend(object: object, depth: number): void {
  if (depth >= MAX_DEPTH) refuse(3, `it is nested deeper than ${MAX_DEPTH} levels`)
  const level = depth / 4 - 1
  for (let i = 0; i < level; i++) if (around[i] === object) refuse(3, 'it contains itself')
  around[level] = object
}

function readPlain(object: object, bare: boolean, shapes: Shapes, depth: number): void {
  const symbols = getOwnPropertySymbols(object)
  if (symbols.length !== 0) readSymbols(object, symbols, shapes, depth)
  const tag = top++
  const first = walked
  let state: State = bare ? shapes.bareRoot : shapes.root
  for (const name in object) {
    if (!hasOwn.call(object, name)) continue
    const value = (object as Record<string, unknown>)[name]
    starts[walked] = top
    names[walked++] = name
    if (typeof value === 'string') tokens[top++] = value
    else if (typeof value === 'number') tokens[top++] = numberToken(value)
    else {
      path[depth + 1] = name
      readValue(value, shapes, depth + 1)
    }
    state = state.name === name ? state.next! : shapes.step(state, name)
    if (walked - first > MAX_NAMES) state = LOST
  }
  if (state.shape !== undefined && state.order === undefined) tokens[tag] = state.shape
  else arrange(tag, first, state, bare, shapes, depth)
  walked = first
}

/** Puts the tag before an object whose properties were just written, and the properties in the order of the tag. */
function arrange(
  tag: number,
  first: number,
  state: State,
  bare: boolean,
  shapes: Shapes,
  depth: number,
): void {
  moved += top - tag
  if (moved > MAX_MOVED) refuse(depth, 'too much of it must be moved to bring its properties into order')
  const walk = names.slice(first, walked)
  const bounds = [...starts.slice(first, walked), top].map((start) => start - tag - 1)
  const written = tokens.slice(tag + 1, top)
  const shape = state.shape ?? shapes.finish(state, walk, bare)
  const order = state.order ?? shapes.orderOf(shape, walk)
  top = tag
  if (shape !== undefined) tokens[top++] = shape
  else {
    tokens[top++] = bare ? BARE_DICTIONARY : DICTIONARY
    tokens[top++] = numberToken(walk.length)
  }
  for (const position of order) {
    if (shape === undefined) tokens[top++] = walk[position]
    for (let i = bounds[position]; i < bounds[position + 1]; i++) tokens[top++] = written[i]
  }
}

/** Writes the enumerable symbols of a plain object, in the order of their registry keys. */
function readSymbols(object: object, found: symbol[], shapes: Shapes, depth: number): void {
  const symbols = found.filter((symbol) => isEnumerable.call(object, symbol))
  if (symbols.length === 0) return
  for (const symbol of symbols) {
    if (Symbol.keyFor(symbol) !== undefined) continue
    path[depth + 1] = symbol
    refuse(depth + 1, 'its name is a unique symbol')
  }
  symbols.sort((a, b) => byCodeUnit(Symbol.keyFor(a)!, Symbol.keyFor(b)!))
  tokens[top++] = SYMBOLS
  tokens[top++] = symbols.length
  for (const symbol of symbols) {
    path[depth + 1] = symbol
    tokens[top++] = symbol
    readValue((object as Record<symbol, unknown>)[symbol], shapes, depth + 1)
  }
}

function readArray(array: readonly unknown[], shapes: Shapes, depth: number): void {
  const { length } = array
  // A Proxy may say anything.
  if (length >>> 0 !== length || length > MAX_TOKENS) refuseLength(depth)
  // Index names come first and in order, so this finds both holes and named properties.
  const present = ownNames(array)
  const dense = present.length === length && (length === 0 || present[length - 1] === String(length - 1))
  if (!dense || getOwnPropertySymbols(array).length !== 0) readExtras(array, isIndex, shapes, depth)
  if (length > SHORT) {
    tokens[top++] = LONG_ARRAY
    tokens[top++] = length
  } else tokens[top++] = ARRAYS[length]
  for (let i = 0; i < length; i++) {
    if (!dense && !hasOwn.call(array, i)) {
      tokens[top++] = HOLE
      continue
    }
    const value = array[i]
    if (typeof value === 'string') tokens[top++] = value
    else if (typeof value === 'number') tokens[top++] = numberToken(value)
    else {
      path[depth + 1] = i
      readValue(value, shapes, depth + 1)
    }
  }
}

/** Writes the enumerable named properties of an array, Map, Date …, where it has any. */
function readExtras(object: object, skip: (name: string) => boolean, shapes: Shapes, depth: number): void {
  const extras = ownNames(object).filter((name) => !skip(name))
  const symbols = getOwnPropertySymbols(object).filter((symbol) => isEnumerable.call(object, symbol))
  if (extras.length === 0 && symbols.length === 0) return
  tokens[top++] = EXTRAS
  const copy: Record<string | symbol, unknown> = Object.create(null)
  for (const name of [...extras, ...symbols]) copy[name] = (object as typeof copy)[name]
  readPlain(copy, true, shapes, depth)
}

const never = (): boolean => false

function readExotic(object: object, prototype: object, shapes: Shapes, depth: number): void {
  if (isObjectPrototype(prototype)) {
    readPlain(object, false, shapes, depth)
    return
  }
  const name = builtInClass(object, prototype)
  if (name === undefined) refuse(depth, describe(object, prototype))
  const bytes = BYTES.get(name)
  if (bytes === undefined) readExtras(object, never, shapes, depth)
  else if (!isBare(object, name)) readExtras(object, isIndex, shapes, depth)
  if (bytes !== undefined) {
    tokens[top++] = bytes
    const text = bytesOf(object, bytesRead, depth)
    bytesRead += text.length
    tokens[top++] = text
  } else if (name === 'Date') {
    tokens[top++] = DATE
    tokens[top++] = numberToken(Date.prototype.getTime.call(object))
  } else if (name === 'RegExp') {
    const { source, flags, lastIndex } = object as RegExp
    tokens[top++] = REGEXP
    tokens[top++] = source
    tokens[top++] = flags
    path[depth + 1] = 'lastIndex'
    readValue(lastIndex, shapes, depth + 1)
  } else if (name === 'Map') readMap(object as Map<unknown, unknown>, shapes, depth)
  else readSet(object as Set<unknown>, shapes, depth)
}

const sizeOfMap = Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!
const sizeOfSet = Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!

// A Map's or Set's entries are copied first: a getter inside may change the collection while it is read.

function readMap(map: Map<unknown, unknown>, shapes: Shapes, depth: number): void {
  if (Reflect.apply(sizeOfMap, map, []) > MAX_TOKENS) refuseLength(depth)
  const entries = [...Map.prototype.entries.call(map)]
  tokens[top++] = MAP
  tokens[top++] = numberToken(entries.length)
  for (const [i, [key, value]] of entries.entries()) {
    path[depth + 1] = new Position(`<key ${i}>`)
    readValue(key, shapes, depth + 1)
    path[depth + 1] = new Position(`<value ${i}>`)
    readValue(value, shapes, depth + 1)
  }
}

function readSet(set: Set<unknown>, shapes: Shapes, depth: number): void {
  if (Reflect.apply(sizeOfSet, set, []) > MAX_TOKENS) refuseLength(depth)
  const elements = [...Set.prototype.values.call(set)]
  tokens[top++] = SET
  tokens[top++] = numberToken(elements.length)
  for (const [i, element] of elements.entries()) {
    path[depth + 1] = new Position(`<element ${i}>`)
    readValue(element, shapes, depth + 1)
  }
}

function refuseLength(depth: number): never {
  refuse(depth, `it has more than ${MAX_TOKENS} parts`)
}
