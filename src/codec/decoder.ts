/**
 * Reads values that `Encoder` wrote. Of bytes from anywhere it makes plain values of at most the size that the bytes
 * account for, in time in proportion to it, or throws: no code, no prototype, no class comes from them.
 */
import { isWarpCacheError } from '../errors'
import { isIndex } from '../keys/classes'
import type { Scratch } from '../scratch'
import { MAX_DEPTH } from './encoder'
import { BLOCK_HEAD, KnownBlock, KnownBlocks, MAX_BLOCK } from './names'
import { damaged, fail, Reader } from './reader'
import * as wire from './wire'

/** Arrays of no more elements are made at once, with room for all. */
const SMALL_ARRAY = 4096

export class Decoder extends Reader {
  private readonly known = new KnownBlocks()
  private start = 0
  /** Whether nothing is referred to, so that objects need not be kept. */
  private tree = true
  private readonly objects: unknown[] = []
  /** The names that were read last, and where they begin and end. */
  private block: KnownBlock | undefined
  private blockStart = 0
  private blockEnd = 0

  /** The value that was written to `[start … end)`. */
  decode(scratch: Scratch, start: number, end: number): unknown {
    this.open(scratch, start, end)
    this.start = start
    this.block = undefined
    this.tree = this.bytes[this.at++] === wire.TREE
    try {
      const value = this.value(0)
      this.finish()
      return value
    } catch (error) {
      if (isWarpCacheError(error)) throw error
      // Whatever a constructor has to say, or that the stack is at its end.
      throw damaged(String(error))
    } finally {
      if (!this.tree) this.objects.length = 0
    }
  }

  /** The next value, at this depth. */
  value(depth: number): unknown {
    const tag = this.bytes[this.at++]
    if (tag >= wire.SMALL_INT) return tag - wire.SMALL_INT
    if (tag >= wire.SHORT_STRING) return this.narrow(tag - wire.SHORT_STRING)
    switch (tag) {
      case wire.UNDEFINED:
        return undefined
      case wire.NULL:
        return null
      case wire.FALSE:
        return false
      case wire.TRUE:
        return true
      case wire.DOUBLE:
        return this.double()
      case wire.OBJECT:
        return this.object(depth)
      case wire.ARRAY:
        return this.array(depth)
      case wire.INT8:
        return this.view.getInt8(this.take(1))
      case wire.INT32:
        return this.view.getInt32(this.take(4), true)
      case wire.BIGINT:
        return this.bigint()
      case wire.NARROW_STRING:
        return this.narrow(this.count(1))
      case wire.WIDE_STRING:
        return this.wide(this.count(2))
      case wire.EMPTY_OBJECT:
        return this.keep({})
      case wire.REFERENCE:
        return this.reference()
      default:
        return this.rare(tag, depth)
    }
  }

  private rare(tag: number, depth: number): unknown {
    switch (tag) {
      case wire.OPEN_OBJECT:
        return this.openObject(depth)
      case wire.NAMED_ARRAY:
        return this.named(this.array(depth), depth)
      case wire.SPARSE_ARRAY:
        return this.sparse(depth)
      case wire.DATE:
        return this.keep(new Date(this.double()))
      case wire.MAP:
        return this.map(depth)
      case wire.SET:
        return this.set(depth)
      case wire.REGEXP:
        return this.keep(new RegExp(this.string(), this.string()))
      case wire.ERROR:
        return this.error(depth)
      case wire.BOXED:
        return this.boxed()
      case wire.BUFFER:
        return this.keep(Buffer.from(this.copy(this.count(1)).buffer))
      case wire.ARRAY_BUFFER:
        return this.keep(this.copy(this.count(1)).buffer)
      case wire.VIEW:
        return this.viewOf(depth)
      default:
        return fail(`${tag} begins nothing`)
    }
  }

  private keep<T>(object: T): T {
    if (!this.tree) this.objects.push(object)
    return object
  }

  private reference(): unknown {
    const number = this.whole()
    if (number >= this.objects.length) fail('it refers to what is not there')
    return this.objects[number]
  }

  /** Checked before anything that contains others is read. */
  private descend(depth: number): void {
    if (depth >= MAX_DEPTH) fail('it is nested too deep')
  }

  private object(depth: number): object {
    this.descend(depth)
    const block = this.names()
    // Others may be read before the values are.
    const { blockStart, blockEnd } = this
    const object: Record<string, unknown> = {}
    this.keep(object)
    if (block.assignable) block.build(object, this, depth + 1)
    else for (const name of block.names) define(object, name, this.value(depth + 1))
    if (this.at === blockStart) this.at = blockEnd
    return object
  }

  private openObject(depth: number): object {
    this.descend(depth)
    const { names } = this.names()
    const { blockStart, blockEnd } = this
    const object = {}
    this.keep(object)
    for (const name of names) define(object, name, this.value(depth + 1))
    while (this.tag() === wire.NAME) define(object, this.string(), this.value(depth + 1))
    if (this.at === blockStart) this.at = blockEnd
    return object
  }

  private tag(): number {
    const tag = this.bytes[this.take(1)]
    if (tag !== wire.NAME && tag !== wire.END) fail('an object has no end')
    return tag
  }

  /** The names of the object that is being read, which stand somewhere in the message. */
  private names(): KnownBlock {
    const position = this.start + this.view.getUint32(this.take(4), true)
    if (this.block !== undefined && position === this.blockStart) return this.block
    const { end, view } = this
    if (position < this.start || position + BLOCK_HEAD > end) fail('names are not in it')
    const first = position + BLOCK_HEAD
    const length = view.getUint16(position, true)
    if (length > MAX_BLOCK || first + length > end) fail('names are too long')
    // Says where to look, no more: whether it is the same block is for the bytes to tell.
    const hash = view.getUint16(position + 2, true)
    let block = this.known.get(hash)
    if (block?.matches(view, first, length) !== true) {
      block = this.readBlock(first, length)
      this.known.set(hash, block)
    }
    this.block = block
    this.blockStart = position
    this.blockEnd = first + length
    return block
  }

  private readBlock(first: number, length: number): KnownBlock {
    const { at } = this
    const names: string[] = []
    this.at = first
    while (this.at < first + length) names.push(this.string())
    if (this.at !== first + length) fail('names end too late')
    this.at = at
    return new KnownBlock(names, Uint8Array.from(this.bytes.subarray(first, first + length)))
  }

  private array(depth: number): unknown[] {
    this.descend(depth)
    const length = this.count(1)
    const array: unknown[] = []
    this.keep(array)
    for (let i = 0; i < length; i++) {
      if (this.bytes[this.at] === wire.HOLE) {
        this.at++
        array.length = i + 1
      } else array.push(this.value(depth + 1))
    }
    return array
  }

  private sparse(depth: number): unknown[] {
    this.descend(depth)
    const length = this.whole()
    const array: unknown[] = []
    if (length > SMALL_ARRAY) {
      // Far beyond its end an element makes V8 keep them in a table; a length alone makes it reserve room for all.
      array[length - 1] = undefined
      delete array[length - 1]
    }
    array.length = length
    this.keep(array)
    for (let left = this.count(2); left > 0; left--) {
      const index = this.whole()
      if (index >= length) fail('an element lies beyond its array')
      if (this.bytes[this.at] === wire.HOLE) this.at++
      else array[index] = this.value(depth + 1)
    }
    return this.named(array, depth)
  }

  private named(array: unknown[], depth: number): unknown[] {
    for (let left = this.count(2); left > 0; left--) {
      const name = this.string()
      if (name === 'length' || isIndex(name)) fail('a named property is an element')
      if (this.bytes[this.at] === wire.HOLE) this.at++
      else define(array, name, this.value(depth + 1))
    }
    return array
  }

  private map(depth: number): Map<unknown, unknown> {
    this.descend(depth)
    const map = this.keep(new Map<unknown, unknown>())
    for (let left = this.count(2); left > 0; left--) map.set(this.value(depth + 1), this.value(depth + 1))
    return map
  }

  private set(depth: number): Set<unknown> {
    this.descend(depth)
    const set = this.keep(new Set())
    for (let left = this.count(1); left > 0; left--) set.add(this.value(depth + 1))
    return set
  }

  private error(depth: number): Error {
    this.descend(depth)
    const at = this.take(2)
    const name = wire.ERRORS[this.bytes[at]]
    const flags = this.bytes[at + 1]
    if (name === undefined) fail('an error is of no class')
    const error = makeError(name, (flags & wire.HAS_MESSAGE) === 0 ? undefined : this.string())
    this.keep(error)
    error.stack = ((flags & wire.HAS_STACK) === 0 ? undefined : this.string()) as string
    if ((flags & wire.HAS_CAUSE) !== 0) hide(error, 'cause', this.value(depth + 1))
    return error
  }

  private boxed(): unknown {
    const value = this.value(MAX_DEPTH)
    if (typeof value === 'object' || value === undefined) fail('a boxed value is none')
    return this.keep(Object(value))
  }

  private viewOf(depth: number): unknown {
    this.descend(depth)
    const name = wire.VIEWS[this.bytes[this.take(1)]]
    if (name === undefined) fail('a view is of no class')
    const View = (globalThis as unknown as Record<string, ViewConstructor | undefined>)[name]
    if (View === undefined) fail(`there is no ${name} here`)
    const number = this.objects.length
    this.keep(undefined)
    const buffer = this.value(depth + 1)
    if (!(buffer instanceof ArrayBuffer)) fail('a view has no buffer')
    const offset = this.whole()
    const length = this.whole() / (View.BYTES_PER_ELEMENT ?? 1)
    if (!Number.isInteger(length)) fail('a view has a part of an element')
    const view = new View(buffer, offset, length)
    if (!this.tree) this.objects[number] = view
    return view
  }
}

interface ViewConstructor {
  readonly BYTES_PER_ELEMENT?: number
  new (buffer: ArrayBuffer, offset: number, length: number): object
}

/** Makes an own property, also where its name is `__proto__`. */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
}

function hide(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: false, writable: true, configurable: true })
}

/** Makes an error whose stack will be another's, without looking at this one. */
function makeError(name: (typeof wire.ERRORS)[number], message: string | undefined): Error {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return message === undefined ? new globalThis[name]() : new globalThis[name](message)
  } finally {
    if (limit === undefined) Reflect.deleteProperty(Error, 'stackTraceLimit')
    else Reflect.set(Error, 'stackTraceLimit', limit.value)
  }
}
