/**
 * The property names of objects, as blocks of bytes that are written once in a message and recognised as a whole.
 *
 * Writing: an automaton over names in the order of the walk; the state where a walk ends holds the block. Reading: a
 * table from blocks to lists of names, by hash, compared byte by byte. Both are bounded, whatever objects there are and
 * whatever bytes come in: what has no room is written name by name, or read anew.
 */

import { Scratch } from '../scratch'
import { interned, sharedBuilder, takeBuilder, type Values } from './builders'
import { Writer } from './writer'

/** Properties beyond these are written one by one, with their names. */
export const MAX_NAMES = 32
/** No block is longer: each object that refers to it makes the reader look at it. */
export const MAX_BLOCK = 1024
const MAX_STATES = 4096

/** A point in the walk over an object's properties. */
export class State {
  /** The first transition is kept apart: most states have one, and comparing it costs less than a Map lookup. */
  name: string | undefined = undefined
  next: State | undefined = undefined
  others: Map<string, State> | undefined = undefined
  /** The block of `names`, once it was needed. */
  block: Uint8Array | undefined = undefined
  /** Where it stands in a message, and in which. */
  position = 0
  message = 0

  /**
   * @param names - the names on the way here.
   * @param size - bytes that their block takes at most.
   */
  constructor(
    readonly names: readonly string[],
    readonly size: number,
  ) {}
}

export class Names {
  readonly root = new State([], 0)
  private states = 1

  /** Follows, or makes, a transition other than the first one of `state`. Undefined if there is no room. */
  step(state: State, name: string): State | undefined {
    const known = state.others?.get(name)
    if (known !== undefined) return known
    const size = state.size + 6 + 2 * name.length
    if (this.states >= MAX_STATES || state.names.length >= MAX_NAMES || size > MAX_BLOCK) return undefined
    this.states++
    const next = new State([...state.names, name], size)
    if (state.name === undefined) {
      state.name = name
      state.next = next
    } else {
      state.others ??= new Map()
      state.others.set(name, next)
    }
    return next
  }
}

/** Bytes of a block before its names: how many bytes they take, and a hash of them, two bytes each. */
export const BLOCK_HEAD = 4

/** Writes names apart from the message that they will be copied into. */
class BlockWriter extends Writer {
  private readonly own = new Scratch(2 * MAX_BLOCK)

  write(names: readonly string[]): Uint8Array {
    this.open(this.own, BLOCK_HEAD, this.own.bytes.length)
    for (const name of names) this.string(name)
    const { at, view } = this
    view.setUint16(0, at - BLOCK_HEAD, true)
    view.setUint16(2, hashOf(this.bytes.subarray(BLOCK_HEAD, at)), true)
    return Uint8Array.from(this.bytes.subarray(0, at))
  }
}

function hashOf(bytes: Uint8Array): number {
  let hash = bytes.length
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x9e3779b1)
  return (hash ^ (hash >>> 15)) & 0xffff
}

const blocks = new BlockWriter()

/** The block of these names. */
export const blockOf = (names: readonly string[]): Uint8Array => blocks.write(names)

/** After so many objects a block gets a builder of its own. */
const OFTEN = 100

/** The names of a block that was read before. */
export class KnownBlock {
  /** Whether plain assignment makes each name an own property: not so if every object inherits something by that name. */
  readonly assignable: boolean
  readonly names: readonly string[]
  private builder = sharedBuilder
  private uses = 0
  /** The bytes of the names, four to a word, and the last ones apart. */
  private readonly words: Int32Array
  private readonly rest: Uint8Array

  constructor(names: readonly string[], bytes: Uint8Array) {
    this.names = names.map(interned)
    this.assignable = !names.some((name) => name in Object.prototype)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.words = Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i, true))
    this.rest = bytes.slice(4 * this.words.length)
  }

  /** Gives an object these names and the values that come next. It must be `assignable`. */
  build(object: Record<string, unknown>, values: Values, depth: number): void {
    if (++this.uses === OFTEN) this.builder = takeBuilder()
    this.builder(object, this.names, values, depth)
  }

  /** Whether the `length` bytes from `at` are its names. */
  matches(view: DataView, at: number, length: number): boolean {
    const { words, rest } = this
    if (length !== 4 * words.length + rest.length) return false
    for (let i = 0; i < words.length; i++, at += 4) if (view.getInt32(at, true) !== words[i]) return false
    for (let i = 0; i < rest.length; i++) if (view.getUint8(at + i) !== rest[i]) return false
    return true
  }
}

/** A power of two. */
const KNOWN = 512

/** The blocks that were read, the last one of each hash. */
export class KnownBlocks {
  private readonly blocks = new Array<KnownBlock | undefined>(KNOWN).fill(undefined)

  get(hash: number): KnownBlock | undefined {
    return this.blocks[hash & (KNOWN - 1)]
  }

  set(hash: number, block: KnownBlock): void {
    this.blocks[hash & (KNOWN - 1)] = block
  }
}
