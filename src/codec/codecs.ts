/**
 * The codecs: as `structuredClone` copies, JSON, node:v8, and those of users. Whichever it is, primitives have forms of
 * their own, and so have a Date, a Buffer and a Uint8Array that are the whole value (see `whole`).
 */
import v8 from 'node:v8'

import type { Scratch } from '../scratch'
import type { CodecOption, UserCodec } from '../types/codecs'
import { TOO_LARGE, UNSTORABLE, type ValueCodec } from './codec'
import { Decoder } from './decoder'
import { Encoder } from './encoder'
import { damaged, fail } from './reader'
import { Refusal, refuse } from './refuse'
import { OTHER, reader, writer } from './whole'
import * as wire from './wire'
import { FULL } from './writer'

/** Makes the codec of an option. */
export function makeCodec(option: CodecOption): ValueCodec {
  switch (option) {
    case 'structured':
      return new Structured()
    case 'json':
      return new Json()
    case 'v8':
      return new V8()
    default:
      return new User(option)
  }
}

/** Encoders that are at work: a getter may encode another value. */
const working: Encoder[] = []

abstract class Codec implements ValueCodec {
  abstract readonly name: string
  readonly wireVersion: number = wire.VALUE_FORMAT
  /** Whether a Uint8Array that is a part of its buffer is only that part. */
  protected readonly windows: boolean = true
  problem = ''

  encode(value: unknown, scratch: Scratch, at: number, limit: number): number {
    if (working.length !== 0) working[working.length - 1].setAside()
    try {
      const end = writer.write(value, scratch, at, limit, this.windows)
      return end !== -1 ? end : this.write(value, scratch, at, limit)
    } catch (error) {
      if (error === FULL) return TOO_LARGE
      this.problem = error instanceof Refusal ? error.why : `reading it failed: ${messageOf(error)}`
      return UNSTORABLE
    }
  }

  decode(scratch: Scratch, start: number, end: number): unknown {
    if (!(start >= 0 && start < end && end <= scratch.bytes.length)) fail('there are none')
    const value = reader.read(scratch, start, end)
    return value !== OTHER ? value : this.read(scratch.bytes[start], scratch, start, end)
  }

  /** Writes what has no form of its own. May throw anything. */
  protected abstract write(value: unknown, scratch: Scratch, at: number, limit: number): number
  protected abstract read(tag: number, scratch: Scratch, start: number, end: number): unknown
}

function messageOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'for a reason that cannot be told'
  }
}

/** Runs the decoder of somebody else; what it throws means that the bytes were not its own. */
function foreign<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw damaged(messageOf(error))
  }
}

class Structured extends Codec {
  readonly name = 'structured'
  protected override readonly windows = false
  private readonly encoder = new Encoder()
  private readonly decoder = new Decoder()

  protected write(value: unknown, scratch: Scratch, at: number, limit: number): number {
    if (typeof value !== 'object') refuse([], 0, `it is a ${typeof value}`)
    const encoder = working.includes(this.encoder) ? new Encoder() : this.encoder
    working.push(encoder)
    try {
      return encoder.encode(value!, scratch, at, limit)
    } finally {
      working.pop()
    }
  }

  protected read(tag: number, scratch: Scratch, start: number, end: number): unknown {
    if (tag !== wire.TREE && tag !== wire.STRUCTURE) fail(`${tag} begins nothing`)
    return this.decoder.decode(scratch, start, end)
  }
}

class Json extends Codec {
  readonly name = 'json'

  protected write(value: unknown, scratch: Scratch, at: number, limit: number): number {
    const text: unknown = JSON.stringify(value)
    if (typeof text !== 'string') refuse([], 0, `JSON has nothing for a ${typeof value}`)
    return writer.writeText(text, wire.JSON_NARROW, wire.JSON_WIDE, scratch, at, limit)
  }

  protected read(tag: number, scratch: Scratch, start: number, end: number): unknown {
    if (tag !== wire.JSON_NARROW && tag !== wire.JSON_WIDE) fail(`${tag} begins nothing`)
    const text = reader.readText(scratch, start, end, tag === wire.JSON_WIDE)
    return foreign(() => JSON.parse(text))
  }
}

class V8 extends Codec {
  readonly name = 'v8'
  /** V8 reads what older versions wrote, and not what newer ones did. Its own version is the second byte. */
  override readonly wireVersion = 1000 * wire.VALUE_FORMAT + v8.serialize(null)[1]

  protected write(value: unknown, scratch: Scratch, at: number, limit: number): number {
    return writer.writeBytes(wire.V8, v8.serialize(value), scratch, at, limit)
  }

  protected read(tag: number, scratch: Scratch, start: number, end: number): unknown {
    if (tag !== wire.V8) fail(`${tag} begins nothing`)
    // In memory of its own: typed arrays in it will be views of that.
    const bytes = reader.readBytes(scratch, start, end)
    return foreign(() => v8.deserialize(bytes))
  }
}

class User extends Codec {
  readonly name: string

  constructor(private readonly codec: UserCodec) {
    super()
    this.name = codec.name
  }

  protected write(value: unknown, scratch: Scratch, at: number, limit: number): number {
    const encoded: unknown = this.codec.encode(value)
    if (typeof encoded === 'string')
      return writer.writeText(encoded, wire.USER_NARROW, wire.USER_WIDE, scratch, at, limit)
    if (encoded instanceof Uint8Array) return writer.writeBytes(wire.USER_BYTES, encoded, scratch, at, limit)
    return refuse([], 0, `the codec ${JSON.stringify(this.name)} made neither bytes nor a string of it`)
  }

  protected read(tag: number, scratch: Scratch, start: number, end: number): unknown {
    const { codec } = this
    if (tag !== wire.USER_BYTES && tag !== wire.USER_NARROW && tag !== wire.USER_WIDE)
      fail(`${tag} begins nothing`)
    const encoded =
      tag === wire.USER_BYTES
        ? reader.readBytes(scratch, start, end)
        : reader.readText(scratch, start, end, tag === wire.USER_WIDE)
    return foreign(() => codec.decode(encoded as never))
  }
}
