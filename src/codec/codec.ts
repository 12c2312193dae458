/**
 * What a codec is: values to bytes and back, by way of a caller's scratch. A codec does not know what the bytes are
 * for. It never throws while it encodes, and what it decodes may come from anywhere: bytes give data, or an error.
 */
import type { Scratch } from '../scratch'

/** The value needs more room than there is up to the limit. */
export const TOO_LARGE = -1
/** The value cannot be copied faithfully: `problem` says what and where. */
export const UNSTORABLE = -2

export interface ValueCodec {
  /** Part of the identity of a file: values of one codec mean nothing to another. */
  readonly name: string
  /** The version of its format, likewise. */
  readonly wireVersion: number
  /** Why the last value was unstorable, and where in it: `at .a[3]: it is a function`. */
  readonly problem: string
  /**
   * Writes a value from `at`, and returns where it ended, `TOO_LARGE` (not before `limit`) or `UNSTORABLE`. Grows the
   * scratch up to `limit` where it must.
   *
   * Getters and codecs of users run meanwhile, and may encode other values into the same scratch at any place: this
   * is noticed, and put right. Whatever else they cause to be written must not lie between `at` and `limit`.
   */
  encode(value: unknown, scratch: Scratch, at: number, limit: number): number
  /**
   * The value that was written to `[start … end)`. It shares no memory with the scratch. An error with the code
   * `ERR_WARP_CACHE_CODEC` if these are no bytes of this codec.
   */
  decode(scratch: Scratch, start: number, end: number): unknown
}
