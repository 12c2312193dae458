/**
 * Keys from bytes: what `encodeKey` wrote becomes tokens again. The bytes may come from anywhere. They give tokens
 * that `decode` turns into plain values of at most the size that the bytes account for, or an error with the code
 * `ERR_WARP_CACHE_CODEC`; lengths are compared with what is left before anything is made.
 */
import { typeError } from '../errors'
import { isIndex } from './classes'
import {
  ARRAYS,
  BARE_DICTIONARY,
  BYTES as BYTE_TAGS,
  DATE,
  DICTIONARY,
  EXTRAS,
  HOLE,
  type Key,
  LISTS,
  LONG_ARRAY,
  LONG_LIST,
  MAP,
  numberToken,
  REGEXP,
  SET,
  SHORT,
  SYMBOLS,
  type Tag,
  type Token,
} from './tokens'
import * as wire from './wire'

/** Deeper than any key that can be read from arguments. */
const MAX_DEPTH = 1100

/**
 * The key that was written to `bytes[start … end)`.
 * @param lists - whether it may be a list of several arguments.
 */
export function parseKey(bytes: Buffer, start: number, end: number, lists = true): Key {
  if (!(start >= 0 && start < end && end <= bytes.length)) fail('there is none')
  if (!lists && bytes[start] === wire.ARGUMENTS) fail('it has several arguments')
  return new Parser(bytes, start, end).key()
}

function fail(why: string): never {
  throw typeError('ERR_WARP_CACHE_CODEC', `The bytes of a key are damaged: ${why}.`)
}

/** What can have properties besides its elements, apart from buffers and typed arrays. */
const OWNERS: ReadonlySet<number> = new Set([wire.ARRAY, wire.DATE, wire.REGEXP, wire.MAP, wire.SET])

const TYPED_ARRAYS: ReadonlySet<number> = new Set(
  wire.BYTE_CLASSES.flatMap((name, i) => (/^(ArrayBuffer|DataView)$/.test(name) ? [] : [wire.BYTES + i])),
)

/** Whether a property of this name is a part of what `owner` begins, and not beside it. */
function isElement(name: string, owner: number): boolean {
  if (owner === wire.REGEXP) return name === 'lastIndex'
  if (owner === wire.ARRAY) return name === 'length' || isIndex(name)
  // To a typed array every name that a number is written as is an index.
  return TYPED_ARRAYS.has(owner) && (String(Number(name)) === name || name === '-0')
}

class Parser {
  private readonly tokens: Token[] = []

  constructor(
    private readonly bytes: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  key(): Key {
    const { tokens } = this
    const byte = this.bytes[this.at]
    if (byte === wire.WHOLE_STRING) {
      this.at++
      tokens.push(this.wide((this.end - this.at) / 2))
    } else if (byte === wire.ARGUMENTS) {
      this.at++
      const count = this.count(1)
      if (count === 1) fail('a single argument is no list')
      this.lengthened(LISTS, LONG_LIST, count)
      this.values(count, 1)
    } else this.value(0)
    if (this.at !== this.end) fail('it goes on after its end')
    return tokens.length === 1 ? tokens[0] : tokens
  }

  private values(count: number, depth: number): void {
    for (let left = count; left > 0; left--) this.value(depth)
  }

  /** Reads one value. @param within - holes stand in arrays alone. */
  private value(depth: number, within?: 'array'): void {
    if (depth > MAX_DEPTH) fail('it is nested too deep')
    const { tokens } = this
    const byte = this.byte()
    switch (byte) {
      case wire.NUMBER:
        tokens.push(numberToken(this.number()))
        return
      case wire.UNDEFINED:
        tokens.push(undefined)
        return
      case wire.NULL:
        tokens.push(null)
        return
      case wire.FALSE:
        tokens.push(false)
        return
      case wire.TRUE:
        tokens.push(true)
        return
      case wire.BIGINT:
        tokens.push(this.bigint())
        return
      case wire.SYMBOL:
        tokens.push(this.symbol())
        return
      case wire.NARROW_STRING:
      case wire.WIDE_STRING:
        this.at--
        tokens.push(this.string())
        return
      case wire.HOLE:
        if (within !== 'array') fail('a hole is in no array')
        tokens.push(HOLE)
        return
      default:
        this.structure(byte, depth)
    }
  }

  private structure(byte: number, depth: number): void {
    const { tokens } = this
    switch (byte) {
      case wire.ARRAY: {
        const count = this.count(1)
        this.lengthened(ARRAYS, LONG_ARRAY, count)
        for (let left = count; left > 0; left--) this.value(depth + 1, 'array')
        return
      }
      case wire.OBJECT:
      case wire.BARE_OBJECT:
        this.properties(byte === wire.OBJECT ? DICTIONARY : BARE_DICTIONARY, depth)
        return
      case wire.DATE:
        if (this.byte() !== wire.NUMBER) fail('a Date has no time')
        tokens.push(DATE, numberToken(this.number()))
        return
      case wire.REGEXP:
        this.regExp(depth)
        return
      case wire.MAP:
        this.values(2 * this.counted(MAP, 2), depth + 1)
        return
      case wire.SET:
        this.values(this.counted(SET, 1), depth + 1)
        return
      case wire.SYMBOLS:
        this.symbols(depth)
        return
      case wire.EXTRAS:
        this.extras(depth)
        return
      default:
        this.view(byte)
    }
  }

  /** Reads a plain object. @returns the names in it. */
  private properties(tag: Tag, depth: number): string[] {
    const names: string[] = []
    for (let left = this.counted(tag, 2); left > 0; left--) {
      const name = this.string()
      names.push(name)
      this.tokens.push(name)
      this.value(depth + 1)
    }
    return names
  }

  private regExp(depth: number): void {
    const source = this.string()
    const flags = this.string()
    try {
      new RegExp(source, flags)
    } catch {
      fail('a RegExp is none')
    }
    this.tokens.push(REGEXP, source, flags)
    this.value(depth + 1)
  }

  /** Reads a plain object, and before it those of its properties that symbols name. @returns the other names. */
  private symbols(depth: number): string[] {
    for (let left = this.counted(SYMBOLS, 2); left > 0; left--) {
      if (this.byte() !== wire.SYMBOL) fail('a symbol is none')
      this.tokens.push(this.symbol())
      this.value(depth + 1)
    }
    const byte = this.byte()
    if (byte !== wire.OBJECT && byte !== wire.BARE_OBJECT) fail('properties belong to nothing')
    return this.properties(byte === wire.OBJECT ? DICTIONARY : BARE_DICTIONARY, depth)
  }

  /** Reads a plain object of properties, and the array, Map … that has them besides its elements. */
  private extras(depth: number): void {
    this.tokens.push(EXTRAS)
    const first = this.byte()
    if (first !== wire.SYMBOLS && first !== wire.BARE_OBJECT) fail('properties belong to nothing')
    const names = first === wire.SYMBOLS ? this.symbols(depth) : this.properties(BARE_DICTIONARY, depth)
    const owner = this.byte()
    if (!OWNERS.has(owner) && owner < wire.BYTES) fail('properties belong to nothing')
    if (names.some((name) => isElement(name, owner))) fail('a named property is an element')
    this.structure(owner, depth)
  }

  private view(byte: number): void {
    const name = wire.BYTE_CLASSES[byte - wire.BYTES]
    if (name === undefined) fail(`${byte} begins nothing`)
    const View: unknown = (globalThis as Record<string, unknown>)[name]
    if (typeof View !== 'function') fail(`there is no ${name} here`)
    const length = this.count(1)
    const size = (View as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1
    if (length % size !== 0) fail(`a ${name} has a part of an element`)
    this.tokens.push(BYTE_TAGS.get(name)!, this.bytes.toString('latin1', this.at, this.at + length))
    this.at += length
  }

  /** Tags of short arrays and lists hold their length. */
  private lengthened(tags: readonly Tag[], long: Tag, count: number): void {
    if (count <= SHORT) this.tokens.push(tags[count])
    else this.tokens.push(long, count)
  }

  /** Reads a count, and writes it after its tag. */
  private counted(tag: Tag, each: number): number {
    const count = this.count(each)
    this.tokens.push(tag, numberToken(count))
    return count
  }

  /** Reads how many parts follow, each of at least `each` bytes. */
  private count(each: number): number {
    let count = 0
    for (let shift = 0, byte = 0x80; byte > 0x7f; shift += 7) {
      if (shift > 28) fail('a count is too long')
      byte = this.byte()
      count += (byte & 0x7f) * 2 ** shift
    }
    if (count * each > this.end - this.at) fail('it is too short for a count in it')
    return count
  }

  private byte(): number {
    if (this.at >= this.end) fail('it ends too early')
    return this.bytes[this.at++]
  }

  private number(): number {
    if (this.at + 8 > this.end) fail('it ends too early')
    this.at += 8
    return this.bytes.readDoubleLE(this.at - 8)
  }

  private string(): string {
    const byte = this.byte()
    if (byte === wire.WIDE_STRING) return this.wide(this.count(2))
    if (byte !== wire.NARROW_STRING) fail('a name is none')
    const length = this.count(1)
    this.at += length
    return this.bytes.toString('latin1', this.at - length, this.at)
  }

  private wide(units: number): string {
    if (!Number.isInteger(units)) fail('it ends in half a code unit')
    this.at += 2 * units
    return this.bytes.toString('utf16le', this.at - 2 * units, this.at)
  }

  private symbol(): symbol {
    return Symbol.for(this.string())
  }

  private bigint(): bigint {
    const [, sign, digits] = /^(-?)([\da-f]+)$/.exec(this.string()) ?? []
    if (digits === undefined) fail('a BigInt is none')
    try {
      const value = BigInt(`0x${digits}`)
      return sign === '' ? value : -value
    } catch {
      return fail('a BigInt is too large')
    }
  }
}
