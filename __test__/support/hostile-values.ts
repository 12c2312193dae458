/** Bytes from anywhere as values, for every decoder: how they are drawn and spoilt, and what may come of them. */
import { makeCodec } from '../../src/codec/codecs.js'
import { isWarpCacheError } from '../../src/errors.js'
import { Scratch } from '../../src/scratch.js'
import { clonable } from '../models/clonable.js'
import type { Lots } from '../models/recipes.js'
import { extentOf } from './unharmed.js'

export const AT = 3
export const LIMIT = 1 << 16
export const scratch = new Scratch(LIMIT)
export const structured = makeCodec('structured')
export const codecs = [
  structured,
  makeCodec('json'),
  makeCodec('v8'),
  makeCodec({ name: 'user', encode: JSON.stringify, decode: (text: never) => JSON.parse(text) }),
]
export type Codec = (typeof codecs)[number]

/** What a byte of a value may account for: of a block of names, each object that refers to it makes all of them. */
const PER_BYTE = 256

/** Decodes `[AT … end)`, and fails unless that gives data of a decent size or one of our errors. */
export function decode(codec: Codec, end: number): { value: unknown } | { error: Error } {
  let value: unknown
  try {
    value = codec.decode(scratch, AT, end)
  } catch (error) {
    if (!isWarpCacheError(error) || error.code !== 'ERR_WARP_CACHE_CODEC') throw error
    return { error }
  }
  const extent = extentOf(value)
  if (extent > PER_BYTE * (end - AT) + 64) throw new Error(`${extent} parts of ${end - AT} bytes`)
  return { value }
}

/** Whether `[AT … end)` is data. */
export const decodes = (codec: Codec, end: number): boolean => 'value' in decode(codec, end)

/** Writes random bytes, mostly ones that mean something. */
export function scribble(draw: Lots): number {
  const length = 1 + draw(draw(4) === 0 ? 400 : 40)
  for (let i = 0; i < length; i++) scratch.bytes[AT + i] = draw(3) === 0 ? draw(256) : draw(0x44)
  return AT + length
}

/** Writes a random value. */
export function write(draw: Lots, codec: Codec): number {
  const end = codec.encode(clonable(draw, 30), scratch, AT, LIMIT)
  return end < 0 ? scribble(draw) : end
}

/** Spoils what is in `[AT … end)`, and says where it ends then. */
export function spoil(draw: Lots, end: number): number {
  for (let n = draw(4); n >= 0; n--) {
    const at = AT + draw(end - AT)
    switch (draw(6)) {
      case 0:
        scratch.bytes[at] ^= 1 << draw(8)
        break
      case 1:
        scratch.bytes[at] = draw(0x44)
        break
      case 2:
        scratch.bytes.fill(0xff, at, Math.min(end, at + 4))
        break
      case 3:
        // A part of it, elsewhere.
        scratch.bytes.copyWithin(at, AT + draw(end - AT), AT + draw(end - AT))
        break
      case 4:
        end = at + 1
        break
      default:
        // One value goes on with what an older one left.
        end = Math.min(LIMIT, end + draw(8))
    }
  }
  return end
}
