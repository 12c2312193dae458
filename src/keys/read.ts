/**
 * Writes arguments as tokens: by type and value, structurally, each property read once. What has no value of its own
 * (functions, unique symbols, class instances, promises …) or no end (cycles) is a TypeError with its position and path.
 *
 * The tokens of the key being read lie in `tokens` from `start` to `end`, until the next read. Getters and Proxy traps
 * may read other keys meanwhile: a read works above whatever is on the stack, and always leaves it as it found it.
 * Of what is neither a primitive nor a plain object nor an array, `exotic.ts` says what there is to write.
 */
import { exoticOf, extrasOfArray, symbolsOf } from './exotic'
import { path } from './path'
import { refuse, refuseLength } from './refuse'
import { LOST, MAX_NAMES, type Shapes, type State } from './shapes'
import {
  ARRAYS,
  BARE_DICTIONARY,
  DICTIONARY,
  EXTRAS,
  HOLE,
  type Key,
  LISTS,
  LONG_ARRAY,
  LONG_LIST,
  MAX_TOKENS,
  NONE,
  numberToken,
  SHORT,
  SYMBOLS,
  type Token,
} from './tokens'

/** Deeper arguments are refused: nothing ends a walk into a cycle, and the stack has an end. */
export const MAX_DEPTH = 1000
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
const { hasOwnProperty: hasOwn } = Object.prototype

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

function readSymbols(object: object, found: symbol[], shapes: Shapes, depth: number): void {
  const symbols = symbolsOf(object, found, depth)
  if (symbols.length === 0) return
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
  if (!dense || getOwnPropertySymbols(array).length !== 0) readExtras(extrasOfArray(array), shapes, depth)
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

/** Writes the named properties of an array, Map, Date …, where it has any. */
function readExtras(extras: object | undefined, shapes: Shapes, depth: number): void {
  if (extras === undefined) return
  tokens[top++] = EXTRAS
  readPlain(extras, true, shapes, depth)
}

function readExotic(object: object, prototype: object, shapes: Shapes, depth: number): void {
  const exotic = exoticOf(object, prototype, bytesRead, depth)
  if (exotic === undefined) {
    readPlain(object, false, shapes, depth)
    return
  }
  bytesRead += exotic.bytes
  readExtras(exotic.extras, shapes, depth)
  for (const token of exotic.head) tokens[top++] = token
  for (const [step, value] of exotic.parts) {
    path[depth + 1] = step
    readValue(value, shapes, depth + 1)
  }
}
