/**
 * Writes the smallest parts of values into a scratch: bytes, counts, numbers, strings. Nothing is written at or beyond
 * the limit; what would be throws `FULL`. The scratch grows where it must.
 */
import type { Bytes, Scratch } from '../scratch'
import * as wire from './wire'

/** Thrown where the limit is reached. */
export const FULL = new Error('the value is too large')

/** Above these lengths, one call into Node is faster than a loop. */
const SHORT_NARROW = 32
const SHORT_WIDE = 20

export class Writer {
  protected scratch!: Scratch
  protected bytes!: Bytes
  protected view!: DataView
  protected start = 0
  protected at = 0
  /** Where the scratch ends by now, or the limit. */
  protected room = 0
  protected limit = 0

  protected open(scratch: Scratch, at: number, limit: number): void {
    this.scratch = scratch
    this.start = at
    this.at = at
    this.limit = limit
    this.use(scratch)
  }

  private use(scratch: Scratch): void {
    this.bytes = scratch.bytes
    this.view = scratch.view
    this.room = Math.min(scratch.bytes.length, this.limit)
  }

  /** Makes room for `size` bytes. */
  protected need(size: number): void {
    if (this.at + size > this.room) this.makeRoom(size)
  }

  private makeRoom(size: number): void {
    const end = this.at + size
    if (end > this.limit) throw FULL
    this.follow()
    this.scratch.grow(end)
    this.use(this.scratch)
  }

  /** Moves to the memory of the scratch, which code of the user's may have caused to grow. */
  protected follow(): void {
    const old = this.bytes
    if (old === this.scratch.bytes) return
    if (this.scratch.bytes.length < this.at) this.scratch.grow(this.at)
    this.use(this.scratch)
    this.bytes.set(old.subarray(this.start, this.at), this.start)
  }

  protected byte(byte: number): void {
    if (this.at >= this.room) this.makeRoom(1)
    this.bytes[this.at++] = byte
  }

  /** A whole number from 0 to below 2³²: seven bits a byte, the lowest first, all but the last with the eighth bit set. */
  protected count(count: number): void {
    while (count > 0x7f) {
      this.byte((count & 0x7f) | 0x80)
      count >>>= 7
    }
    this.byte(count)
  }

  protected number(value: number): void {
    const whole = value | 0
    if (whole !== value || (value === 0 && Object.is(value, -0))) {
      this.need(9)
      this.bytes[this.at] = wire.DOUBLE
      this.view.setFloat64(this.at + 1, value, true)
      this.at += 9
    } else if (whole >= 0 && whole < 0x80) {
      this.byte(wire.SMALL_INT + whole)
    } else if (whole >= -0x80 && whole < 0x80) {
      this.byte(wire.INT8)
      this.byte(whole)
    } else {
      this.need(5)
      this.bytes[this.at] = wire.INT32
      this.view.setInt32(this.at + 1, whole, true)
      this.at += 5
    }
  }

  /** Hexadecimal digits, which take time in proportion to their number; decimal ones do not. */
  protected bigint(value: bigint): void {
    this.byte(wire.BIGINT)
    this.string(value.toString(16))
  }

  protected string(text: string): void {
    const { length } = text
    if (length <= SHORT_NARROW) {
      if (this.short(text, length)) return
    } else if (length > this.limit - this.at) {
      // Before looking at all of it.
      throw FULL
    } else if (isNarrow(text)) {
      this.byte(length <= wire.LONGEST_SHORT ? wire.SHORT_STRING + length : wire.NARROW_STRING)
      if (length > wire.LONGEST_SHORT) this.count(length)
      this.narrow(text)
      return
    }
    this.byte(wire.WIDE_STRING)
    this.count(length)
    this.wide(text)
  }

  /** Writes a short string, unless it has a code unit above 255. */
  private short(text: string, length: number): boolean {
    this.need(1 + length)
    const { bytes } = this
    let { at } = this
    bytes[at++] = wire.SHORT_STRING + length
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0xff) return false
      bytes[at++] = unit
    }
    this.at = at
    return true
  }

  /** The code units of a string of which none is above 255, one byte each. */
  protected narrow(text: string): void {
    const { length } = text
    this.need(length)
    this.bytes.latin1Write(text, this.at, length)
    this.at += length
  }

  /** The code units of a string, two bytes each. */
  protected wide(text: string): void {
    const { length } = text
    this.need(2 * length)
    if (length > SHORT_WIDE) {
      this.bytes.ucs2Write(text, this.at, 2 * length)
      this.at += 2 * length
      return
    }
    const { bytes } = this
    let { at } = this
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      bytes[at++] = unit
      bytes[at++] = unit >>> 8
    }
    this.at = at
  }

  protected copy(bytes: Uint8Array): void {
    this.need(bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }
}

/** Whether a string has no code unit above 255. */
export function isNarrow(text: string): boolean {
  const { length } = text
  // One call into Node settles it for ASCII, in a tenth of the time of the loop.
  if (length > SHORT_NARROW && Buffer.byteLength(text) === length) return true
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 0xff) return false
  return true
}
