/**
 * The scratch memory of this isolate, shared with the addon: through it go the keys and values of every native table,
 * and what is known of an entry. It is good for one call of the addon: copy out of it whatever must outlive code of the
 * user's, which may use other tables.
 */
import { addon, type NativeScratch } from '../addon'
import { Scratch } from '../scratch'

// The places of numbers in `words`; src-rust/binding/scratch.rs names the same ones.
export const SLOT = 0
export const VERSION = 1
/** With the next two: the token of a miss, and of the fill that follows it. */
export const GENERATION = 2
export const WANTED = 3
export const COUNT = 4
/** Bytes of the value; where it did not fit: how many would. */
export const LENGTH = 5
export const FLAGS = 6
/** How to store, `SET`, `FILL` or `REFRESH`. Of an entry that is walked: bytes of the key. */
export const MODE = 7
// And in `times`.
export const EXPIRES_AT = 4
export const NOW = 5

/** In place of the length of a value that is stored: it is an argument, and a string. */
export const STRING_IN_ARGUMENT = 2 ** 32 - 1
/** The same of a number. */
export const NUMBER_IN_ARGUMENT = 2 ** 32 - 2
/** Such a string has no more UTF-16 units than this; src-rust/binding/hot.rs has room for them. */
export const LONGEST_ARGUMENT = 1023

export const SET = 0
export const FILL = 1
export const REFRESH = 2

/** Where the key begins, behind the numbers. */
export const KEY = 64

const FIRST_KEYS = KEY + 512
const FIRST_VALUES = 4096

export class Exchange {
  readonly native: NativeScratch
  readonly keys: Scratch
  /** Values that were found. */
  readonly incoming = new Scratch(FIRST_VALUES, ({ memory }) => this.native.bindIncoming(memory))
  /** Values that are to be stored. Apart, since getters in them may look other values up. */
  readonly outgoing = new Scratch(FIRST_VALUES, ({ memory }) => this.native.bindOutgoing(memory))
  /** The numbers before the key. */
  words!: Uint32Array
  times!: Float64Array

  constructor() {
    this.native = new (addon().Scratch)()
    this.keys = new Scratch(FIRST_KEYS, () => this.bindKeys())
    this.bindKeys()
    this.native.bindIncoming(this.incoming.memory)
    this.native.bindOutgoing(this.outgoing.memory)
  }

  private bindKeys(): void {
    const { memory } = this.keys
    this.words = new Uint32Array(memory, 0, KEY / 4)
    this.times = new Float64Array(memory, 0, KEY / 8)
    this.native.bindKeys(memory)
  }
}

let made: Exchange | undefined

/** The one of this isolate. */
export function exchange(): Exchange {
  made ??= new Exchange()
  return made
}
