/**
 * The forms of values that are the same in every codec: primitives, and a Date, Buffer or Uint8Array that is the whole
 * value. A string or the bytes of a buffer go to the end of the value, so their length is not written.
 */
import { types } from 'node:util'
import { slotsOf } from '../keys/bytes'
import { builtInClass } from '../keys/classes'
import type { Scratch } from '../scratch'
import { Reader } from './reader'
import * as wire from './wire'
import { FULL, isNarrow, Writer } from './writer'

/** The value, or the bytes, are the codec's. */
export const OTHER = Symbol('other')

const { getPrototypeOf } = Object
const objectPrototype = Object.prototype

class WholeWriter extends Writer {
  /**
   * Writes a value, and returns where it ended; -1 if it is the codec's. Throws `FULL`.
   * @param windows - whether a Uint8Array that is a part of its buffer is only that part.
   */
  write(value: unknown, scratch: Scratch, at: number, limit: number, windows: boolean): number {
    if (typeof value === 'object' && value !== null) {
      if (getPrototypeOf(value) === objectPrototype) return -1
      this.open(scratch, at, limit)
      return this.object(value, windows)
    }
    this.open(scratch, at, limit)
    switch (typeof value) {
      case 'string':
        this.text(value, wire.ALL_NARROW, wire.ALL_WIDE)
        break
      case 'number':
        this.number(value)
        break
      case 'boolean':
        this.byte(value ? wire.TRUE : wire.FALSE)
        break
      case 'undefined':
        this.byte(wire.UNDEFINED)
        break
      case 'bigint':
        this.bigint(value)
        break
      case 'object':
        this.byte(wire.NULL)
        break
      default:
        return -1
    }
    return this.at
  }

  private object(object: object, windows: boolean): number {
    if (types.isUint8Array(object)) {
      const name = builtInClass(object, getPrototypeOf(object))
      const bytes = name === undefined ? undefined : bytesOf(object, name === 'Buffer' || windows)
      if (bytes === undefined) return -1
      this.byte(name === 'Buffer' ? wire.ALL_BUFFER : wire.ALL_BYTES)
      this.copy(bytes)
      return this.at
    }
    if (types.isDate(object) && builtInClass(object, getPrototypeOf(object)) === 'Date') {
      this.need(9)
      this.bytes[this.at] = wire.DATE
      this.view.setFloat64(this.at + 1, Date.prototype.getTime.call(object), true)
      this.at += 9
      return this.at
    }
    return -1
  }

  /** Writes a string that a codec has made, or that is the value; it goes to the end. */
  writeText(text: string, narrow: number, wide: number, scratch: Scratch, at: number, limit: number): number {
    this.open(scratch, at, limit)
    this.text(text, narrow, wide)
    return this.at
  }

  private text(text: string, narrow: number, wide: number): void {
    const { length } = text
    // Before looking at all of it.
    if (length >= this.limit - this.at) throw FULL
    if (isNarrow(text)) {
      this.byte(narrow)
      this.narrow(text)
    } else {
      this.byte(wide)
      this.wide(text)
    }
  }

  /** Writes bytes that a codec has made; they go to the end. */
  writeBytes(tag: number, bytes: Uint8Array, scratch: Scratch, at: number, limit: number): number {
    this.open(scratch, at, limit)
    this.byte(tag)
    this.copy(bytes)
    return this.at
  }
}

/** The bytes of a Uint8Array; undefined if they are not all there is to it. */
function bytesOf(object: object, windows: boolean): Uint8Array | undefined {
  const slots = slotsOf(object)
  const buffer = slots.buffer(object)
  if (types.isSharedArrayBuffer(buffer) || (buffer as { resizable?: boolean }).resizable === true)
    return undefined
  try {
    const all = new Uint8Array(buffer)
    const length = slots.length(object)
    if (length === all.length) return all
    return windows ? new Uint8Array(buffer, slots.offset(object), length) : undefined
  } catch {
    // Detached.
    return undefined
  }
}

class WholeReader extends Reader {
  /** The value at `[start … end)`, or `OTHER`. */
  read(scratch: Scratch, start: number, end: number): unknown {
    this.open(scratch, start + 1, end)
    const tag = this.bytes[start]
    if (tag === wire.ALL_NARROW) return this.narrow(end - start - 1)
    if (tag >= wire.STRUCTURE && tag <= wire.USER_WIDE) return OTHER
    const value = this.value(tag)
    if (value !== OTHER) this.finish()
    return value
  }

  private value(tag: number): unknown {
    switch (tag) {
      case wire.UNDEFINED:
        return undefined
      case wire.NULL:
        return null
      case wire.FALSE:
        return false
      case wire.TRUE:
        return true
      case wire.INT8:
        return this.view.getInt8(this.take(1))
      case wire.INT32:
        return this.view.getInt32(this.take(4), true)
      case wire.DOUBLE:
        return this.double()
      case wire.BIGINT:
        return this.bigint()
      case wire.DATE:
        return new Date(this.double())
      case wire.ALL_WIDE:
        return this.wide((this.end - this.at) >> 1)
      case wire.ALL_BUFFER:
        return Buffer.from(this.copy(this.end - this.at).buffer)
      case wire.ALL_BYTES:
        return this.copy(this.end - this.at)
      default:
        return tag >= wire.SMALL_INT ? tag - wire.SMALL_INT : OTHER
    }
  }

  /** The text that goes from after the tag to the end. */
  readText(scratch: Scratch, start: number, end: number, wide: boolean): string {
    this.open(scratch, start + 1, end)
    const text = wide ? this.wide((end - start - 1) >> 1) : this.narrow(end - start - 1)
    this.finish()
    return text
  }

  /** The bytes that go from after the tag to the end, in memory of their own. */
  readBytes(scratch: Scratch, start: number, end: number): Buffer {
    this.open(scratch, start + 1, end)
    return Buffer.from(this.copy(end - start - 1).buffer)
  }
}

// No code of a user's runs while these work, so one of each is enough.
export const writer = new WholeWriter()
export const reader = new WholeReader()
