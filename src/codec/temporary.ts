import { deserialize, serialize } from 'node:v8'
import { type CodecOption, TOO_LARGE, UNSTORABLE, type ValueCodec } from './codec'

export function codecFor(_option: CodecOption | undefined): ValueCodec {
  return structured
}

const structured: ValueCodec = {
  name: 'structured',
  wireVersion: 1,
  problem: 'it is a function',
  encode(value, scratch, at, limit) {
    let bytes: Buffer
    try {
      bytes = serialize(value)
    } catch {
      return UNSTORABLE
    }
    if (at + bytes.length > limit) return TOO_LARGE
    scratch.grow(at + bytes.length)
    scratch.bytes.set(bytes, at)
    return at + bytes.length
  },
  decode(scratch, start, end) {
    return deserialize(scratch.bytes.subarray(start, end))
  },
}
