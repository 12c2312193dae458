/**
 * Reads the smallest parts of values from a scratch: bytes, counts, numbers, strings. The bytes may come from anywhere:
 * lengths are compared with what is left before anything is made of them. A tag may be read beyond the end, where old
 * bytes lie, since whoever has read a whole value asks `finish` whether it ended where it should.
 */
import { typeError } from '../errors'
import type { Bytes, Scratch } from '../scratch'
import { SHORT, shortText } from './text'
import * as wire from './wire'

/** The error that refuses the bytes. */
export function damaged(why: string): TypeError {
  return typeError('ERR_WARP_CACHE_CODEC', `The bytes of a value are damaged, or another codec's: ${why}.`)
}

/** Refuses the bytes. */
export function fail(why: string): never {
  throw damaged(why)
}

export class Reader {
  protected bytes!: Bytes
  protected view!: DataView
  protected at = 0
  protected end = 0

  protected open(scratch: Scratch, start: number, end: number): void {
    this.bytes = scratch.bytes
    this.view = scratch.view
    this.at = start
    this.end = end
  }

  protected finish(): void {
    if (this.at !== this.end) fail('it ends too early or too late')
  }

  /** Where the next `size` bytes begin, which are taken. */
  protected take(size: number): number {
    const { at } = this
    if (size > this.end - at) fail('it ends too early')
    this.at = at + size
    return at
  }

  /** How many parts follow, each of at least `size` bytes. */
  protected count(size: number): number {
    const count = this.whole()
    if (count * size > this.end - this.at) fail('it is too short for a count in it')
    return count
  }

  /** A whole number from 0 to below 2³². */
  protected whole(): number {
    let byte = this.bytes[this.at++]
    if (byte < 0x80) return byte
    let whole = byte & 0x7f
    for (let shift = 7; shift <= 28; shift += 7) {
      byte = this.bytes[this.at++]
      whole += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return whole >>> 0
    }
    return fail('a count is too long')
  }

  protected double(): number {
    return this.view.getFloat64(this.take(8), true)
  }

  /** The string that `tag` opens; undefined if it opens none. */
  protected stringAfter(tag: number): string | undefined {
    if (tag >= wire.SHORT_STRING && tag < wire.SMALL_INT) return this.narrow(tag - wire.SHORT_STRING)
    if (tag === wire.NARROW_STRING) return this.narrow(this.count(1))
    if (tag === wire.WIDE_STRING) return this.wide(this.count(2))
    return undefined
  }

  protected string(): string {
    return this.stringAfter(this.bytes[this.at++]) ?? fail('there is no string where one must be')
  }

  protected narrow(length: number): string {
    const start = this.take(length)
    return length <= SHORT
      ? shortText(this.bytes, start, length)
      : this.bytes.latin1Slice(start, start + length)
  }

  protected wide(length: number): string {
    const start = this.take(2 * length)
    return this.bytes.ucs2Slice(start, start + 2 * length)
  }

  protected bigint(): bigint {
    const text = this.string()
    const negative = text.startsWith('-')
    const digits = negative ? text.slice(1) : text
    if (!/^[\da-f]+$/.test(digits)) fail('a BigInt is none')
    const value = BigInt(`0x${digits}`)
    return negative ? -value : value
  }

  /** The next bytes, in memory of their own. */
  protected copy(length: number): Uint8Array<ArrayBuffer> {
    const start = this.take(length)
    const copy = new Uint8Array(length)
    copy.set(this.bytes.subarray(start, start + length))
    return copy
  }
}
