/** How values become bytes, where they are kept outside V8's heap. */

/**
 * A codec of your own. It is not asked about values that have a short form whatever the codec: primitives, and a
 * Date, Buffer or Uint8Array that is the whole value.
 */
export interface UserCodec {
  /** Part of the identity of what is stored: change it when the format changes. */
  readonly name: string
  /** Returns bytes, or a string. If it throws or returns anything else, the value is not stored. */
  encode(value: unknown): Uint8Array | string
  /** Is given what `encode` returned: the bytes, as a Buffer that nobody else has, or the string. */
  decode(encoded: never): unknown
}

/** How values become bytes: as `structuredClone` copies them, by JSON, by `node:v8`, or by a codec of your own. */
export type CodecOption = 'structured' | 'json' | 'v8' | UserCodec
