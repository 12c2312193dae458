/** The addon that `make build` leaves, as src/addon.ts loads it, and tables of it without the TypeScript above. */
import { createRequire } from 'node:module'
import type { Addon, HotFunctions, NativeHandle, NativeOptions } from '../../src/addon'

export const addon = createRequire(__filename)('../../index.js') as Addon

let names = 0

/** A name that no other test has used. */
export const freshName = (): string => `test-${process.pid}-${++names}`

/** A table of its own, with a scratch of its own. */
export class BareTable {
  readonly scratch = new addon.Scratch()
  readonly keys = new ArrayBuffer(64 + 1024)
  readonly incoming = new ArrayBuffer(4096)
  readonly outgoing = new ArrayBuffer(4096)
  readonly words = new Uint32Array(this.keys, 0, 16)
  readonly times = new Float64Array(this.keys, 0, 8)
  readonly handle: NativeHandle
  readonly hot: HotFunctions

  constructor(options: Partial<NativeOptions> = {}) {
    this.scratch.bindKeys(this.keys)
    this.scratch.bindIncoming(this.incoming)
    this.scratch.bindOutgoing(this.outgoing)
    this.handle = new addon.CachedFunction(this.scratch, {
      name: freshName(),
      maxSize: 100,
      maxBytes: 2 ** 20,
      maxKeySize: 512,
      maxValueSize: 4096,
      graceWindow: 0.05,
      codec: 'none',
      shared: false,
      ...options,
    })
    this.hot = this.handle.hotFunctions()
  }

  /** Writes a key into the scratch; its length. */
  write(key: Uint8Array): number {
    new Uint8Array(this.keys, 64).set(key)
    return key.length
  }

  /** Prepares for a put by hand of this value. */
  offer(value: Uint8Array): void {
    new Uint8Array(this.outgoing).set(value)
    this.words[5] = value.length
    this.words[6] = 0
    this.words[7] = 0
    this.times[4] = Number.POSITIVE_INFINITY
    this.times[5] = 0
  }

  /** The value that was just found. */
  found(length: number | string): Uint8Array {
    if (typeof length === 'string') throw new Error(`a string was found: ${length}`)
    return new Uint8Array(this.incoming.slice(0, length))
  }
}
