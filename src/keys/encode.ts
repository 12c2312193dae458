/**
 * Keys as bytes, for tables outside V8's heap: canonical (equal keys are equal bytes, in every process, whatever it
 * has seen before), injective (equal bytes are equal keys), and no part is the beginning of another. Described in
 * docs/key-format.md.
 *
 * Everything here writes from `at`, nothing at or beyond `limit`, and returns where it ended, or `TOO_LONG`.
 */
import type { Scratch } from '../scratch'
import { byCodeUnit } from './shapes'
import {
  ARRAYS,
  BARE_DICTIONARY,
  bytesTag,
  DATE,
  DICTIONARY,
  EXTRAS,
  HOLE,
  LISTS,
  LONG_ARRAY,
  LONG_LIST,
  MAP,
  NAN,
  NEGATIVE_ZERO,
  REGEXP,
  SET,
  Shape,
  SYMBOLS,
  type Tag,
  type Token,
  type Tokens,
  ZERO,
} from './tokens'
import * as wire from './wire'

/** The key needs more room than there is up to `limit`. */
export const TOO_LONG = -1
/** Not the key of two primitives, or of one: it has to be read as tokens. */
export const STRUCTURED = -2

/** Writes the key `tokens[start … end)`. */
export function encodeKey(
  tokens: Tokens,
  start: number,
  end: number,
  scratch: Scratch,
  at: number,
  limit: number,
): number {
  if (end - start === 1 && typeof tokens[start] === 'string')
    return encodeString(tokens[start], scratch, at, limit)
  open(scratch, limit)
  source = tokens
  next = start
  const ended = writeValue(at)
  source = NO_TOKENS
  return ended
}

/** Writes the key that is one string. */
export function encodeString(text: string, scratch: Scratch, at: number, limit: number): number {
  const { bytes } = scratch
  const { length } = text
  const end = at + 1 + 2 * length
  if (end > limit) return TOO_LONG
  bytes[at++] = wire.WHOLE_STRING
  if (length > SHORT_STRING) {
    bytes.write(text, at, 2 * length, 'utf16le')
    return end
  }
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    bytes[at++] = unit
    bytes[at++] = unit >>> 8
  }
  return end
}

/** Writes the key that is one number. */
export function encodeNumber(value: number, scratch: Scratch, at: number, limit: number): number {
  open(scratch, limit)
  return writeNumber(value, at)
}

/** Writes the key of two arguments, or returns `STRUCTURED` if they are not both strings, numbers, … */
export function encodePair(a: unknown, b: unknown, scratch: Scratch, at: number, limit: number): number {
  open(scratch, limit)
  const second = writePrimitive(a, writeHead(wire.ARGUMENTS, 2, at))
  return second < 0 ? second : writePrimitive(b, second)
}

/** Above this, one call into Node is faster than a loop over code units. */
const SHORT_STRING = 48
const NO_TOKENS: Tokens = []

// What is being written, so that it need not be handed from function to function.
let source: Tokens = NO_TOKENS
let next = 0
let out: Buffer = Buffer.alloc(0)
let view: DataView = new DataView(new ArrayBuffer(0))
let bound = 0

function open(scratch: Scratch, limit: number): void {
  out = scratch.bytes
  view = scratch.view
  bound = limit < out.length ? limit : out.length
}

/** Writes the next value of `source`. */
function writeValue(at: number): number {
  const token = source[next++]
  switch (typeof token) {
    case 'string':
      return writeString(token, at)
    case 'number':
      return writeNumber(token, at)
    case 'object':
      if (token === null) return writeByte(wire.NULL, at)
      return token instanceof Shape ? writeShape(token, at) : writeTag(token, at)
    case 'symbol':
      return writeSymbol(token, at)
    default:
      return writePrimitive(token, at)
  }
}

/** Writes what stands for itself both in JavaScript and as a token: not symbols, of which some are refused. */
function writePrimitive(value: unknown, at: number): number {
  switch (typeof value) {
    case 'string':
      return writeString(value, at)
    case 'number':
      return writeNumber(value, at)
    case 'boolean':
      return writeByte(value ? wire.TRUE : wire.FALSE, at)
    case 'undefined':
      return writeByte(wire.UNDEFINED, at)
    case 'bigint':
      return writeBigInt(value, at)
    default:
      return value === null ? writeByte(wire.NULL, at) : STRUCTURED
  }
}

function writeByte(byte: number, at: number): number {
  if (at < 0 || at >= bound) return TOO_LONG
  out[at] = byte
  return at + 1
}

/** Writes a byte and a count: seven bits a byte, the lowest first, all but the last with the eighth bit set. */
function writeHead(byte: number, count: number, at: number): number {
  if (at < 0 || at + 6 > bound) return writeTightHead(byte, count, at)
  out[at++] = byte
  while (count > 0x7f) {
    out[at++] = (count & 0x7f) | 0x80
    count >>>= 7
  }
  out[at++] = count
  return at
}

/** The same where there may not be room for the longest count. */
function writeTightHead(byte: number, count: number, at: number): number {
  for (at = writeByte(byte, at); count > 0x7f; count >>>= 7) at = writeByte((count & 0x7f) | 0x80, at)
  return writeByte(count, at)
}

function writeNumber(value: number, at: number): number {
  if (at < 0 || at + 9 > bound) return TOO_LONG
  out[at] = wire.NUMBER
  // NaN has many bit patterns, of which the engine may write any.
  if (Number.isNaN(value)) {
    view.setUint32(at + 1, 0, true)
    view.setUint32(at + 5, 0x7ff80000, true)
  } else view.setFloat64(at + 1, value, true)
  return at + 9
}

function writeString(text: string, at: number): number {
  const { length } = text
  const start = at
  if (at < 0 || at + 2 + length > bound) return TOO_LONG
  at = writeHead(wire.NARROW_STRING, length, at)
  if (at < 0 || at + length > bound) return TOO_LONG
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0xff) return writeWide(text, start)
    out[at++] = unit
  }
  return at
}

function writeWide(text: string, at: number): number {
  const { length } = text
  at = writeHead(wire.WIDE_STRING, length, at)
  if (at < 0 || at + 2 * length > bound) return TOO_LONG
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    out[at++] = unit
    out[at++] = unit >>> 8
  }
  return at
}

function writeBigInt(value: bigint, at: number): number {
  return writeString(value.toString(16), writeByte(wire.BIGINT, at))
}

function writeSymbol(symbol: symbol, at: number): number {
  return writeString(Symbol.keyFor(symbol)!, writeByte(wire.SYMBOL, at))
}

/** How a tag is written: its byte, a count or not, and how many parts follow it, apart from `count` times `each`. */
interface Form {
  readonly byte: number
  /** Where the count of parts is: nowhere, in the tag, or in the token after it. */
  readonly counted: 'no' | 'by tag' | 'by token'
  readonly each: number
  readonly more: number
}

const part = (byte: number, more: number): Form => ({ byte, counted: 'no', each: 0, more })
const counted = (byte: number, each: number, more = 0): Form => ({ byte, counted: 'by token', each, more })
const short = (byte: number): Form => ({ byte, counted: 'by tag', each: 1, more: 0 })

const FORMS = new Map<Tag, Form>([
  ...LISTS.map((tag): [Tag, Form] => [tag, short(wire.ARGUMENTS)]),
  ...ARRAYS.map((tag): [Tag, Form] => [tag, short(wire.ARRAY)]),
  [LONG_LIST, counted(wire.ARGUMENTS, 1)],
  [LONG_ARRAY, counted(wire.ARRAY, 1)],
  [HOLE, part(wire.HOLE, 0)],
  [DATE, part(wire.DATE, 1)],
  [REGEXP, part(wire.REGEXP, 3)],
  [EXTRAS, part(wire.EXTRAS, 2)],
  [MAP, counted(wire.MAP, 2)],
  [SET, counted(wire.SET, 1)],
  // Their names are in order already.
  [DICTIONARY, counted(wire.OBJECT, 2)],
  [BARE_DICTIONARY, counted(wire.BARE_OBJECT, 2)],
  [SYMBOLS, counted(wire.SYMBOLS, 2, 1)],
])

const BYTES_OF = new Map(wire.BYTE_CLASSES.map((name, i) => [bytesTag(name), wire.BYTES + i]))

function writeTag(tag: Tag, at: number): number {
  if (tag === ZERO) return writeNumber(0, at)
  if (tag === NEGATIVE_ZERO) return writeNumber(-0, at)
  if (tag === NAN) return writeNumber(Number.NaN, at)
  const form = FORMS.get(tag)
  if (form === undefined) return writeBytes(BYTES_OF.get(tag)!, source[next++] as string, at)
  const { byte, each, more } = form
  let parts = more
  if (form.counted === 'no') at = writeByte(byte, at)
  else {
    const count = form.counted === 'by tag' ? tag.count : countOf(source[next++])
    at = writeHead(byte, count, at)
    parts += count * each
  }
  for (; parts > 0 && at >= 0; parts--) at = writeValue(at)
  return at
}

const countOf = (token: Token): number => (token === ZERO ? 0 : (token as number))

/** Writes the bytes of a buffer or typed array, which are one code unit each in a token. */
function writeBytes(byte: number, text: string, at: number): number {
  at = writeHead(byte, text.length, at)
  if (at < 0 || at + text.length > bound) return TOO_LONG
  out.write(text, at, text.length, 'latin1')
  return at + text.length
}

/** How the objects of a shape are written. */
interface Layout {
  /** Positions in the shape, by name in the order of code units; undefined: as they are. */
  readonly order: readonly number[] | undefined
  /** The names as they are written, by position in the shape. */
  readonly labels: readonly Uint8Array[]
}

const layouts = new WeakMap<Shape, Layout>()
let lastShape: Shape | undefined
let lastLayout: Layout | undefined

function layoutOf(shape: Shape): Layout {
  if (shape === lastShape) return lastLayout!
  let layout = layouts.get(shape)
  if (layout === undefined) {
    const { names } = shape
    const order = [...names.keys()].sort((a, b) => byCodeUnit(names[a], names[b]))
    const sorted = order.every((position, i) => position === i)
    layout = { order: sorted ? undefined : order, labels: names.map(labelOf) }
    layouts.set(shape, layout)
  }
  lastShape = shape
  lastLayout = layout
  return layout
}

function labelOf(name: string): Uint8Array {
  // Apart from the scratch, since a layout may be made in the middle of a key.
  const saved = { out, bound }
  out = Buffer.alloc(6 + 2 * name.length)
  bound = out.length
  const label = Uint8Array.from(out.subarray(0, writeString(name, 0)))
  out = saved.out
  bound = saved.bound
  return label
}

function writeShape(shape: Shape, at: number): number {
  const { order, labels } = layoutOf(shape)
  at = writeHead(shape.bare ? wire.BARE_OBJECT : wire.OBJECT, labels.length, at)
  if (order === undefined) return writeInOrder(labels, at)
  return isFlat(labels.length) ? writeFlat(labels, order, at) : writeReordered(labels, order, at)
}

function writeLabel(label: Uint8Array, at: number): number {
  const { length } = label
  if (at < 0 || at + length > bound) return TOO_LONG
  for (let i = 0; i < length; i++) out[at++] = label[i]
  return at
}

function writeInOrder(labels: readonly Uint8Array[], at: number): number {
  for (let i = 0; i < labels.length && at >= 0; i++) at = writeValue(writeLabel(labels[i], at))
  return at
}

/** Whether each of the next values is one token, so that one can go to any of them at once. */
function isFlat(count: number): boolean {
  for (let i = 0; i < count; i++) {
    const token = source[next + i]
    if (typeof token !== 'object' || token === null) continue
    if (token !== ZERO && token !== NEGATIVE_ZERO && token !== NAN) return false
  }
  return true
}

function writeFlat(labels: readonly Uint8Array[], order: readonly number[], at: number): number {
  const first = next
  for (let i = 0; i < order.length && at >= 0; i++) {
    const position = order[i]
    next = first + position
    at = writeValue(writeLabel(labels[position], at))
  }
  next = first + order.length
  return at
}

/** Writes the properties in the order of the shape, and then brings the bytes into order. */
function writeReordered(labels: readonly Uint8Array[], order: readonly number[], at: number): number {
  const base = at
  if (at < 0) return at
  const ends: number[] = []
  for (const label of labels) {
    at = writeValue(writeLabel(label, at))
    if (at < 0) return at
    ends.push(at - base)
  }
  const written = Uint8Array.from(out.subarray(base, at))
  let to = base
  for (const position of order) {
    const start = position === 0 ? 0 : ends[position - 1]
    out.set(written.subarray(start, ends[position]), to)
    to += ends[position] - start
  }
  return at
}
