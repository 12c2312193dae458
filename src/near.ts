/**
 * What this isolate remembers of a table in native memory: decoded values by key, at most `maxSize` of them, each good
 * for as long as the table's generation and the version of its slot are what they were. A hit here leaves neither V8 nor
 * its inline caches: one Map lookup, and plain loads of words that native code writes.
 *
 * The words are read as any typed array is, not by `Atomics`: a load that is late by a moment serves what a call at that
 * moment could have been served. Entries are never removed by others, only found to be outdated.
 */
import { KeyIndex } from './keys/index'
import type { Key } from './keys/tokens'
import { makePolicy } from './policies/make'
import type { Policy } from './policies/policy'

/** The words of a table, in memory that native code writes. */
export interface Words {
  /** One number: another one after every clear. */
  readonly generation: Uint32Array
  /** By native slot: another one after every change. */
  readonly versions: Uint32Array
  /** By native slot: 1 once the entry was hit. */
  readonly visited: Uint8Array
}

const NO_WORDS: Words = {
  generation: new Uint32Array(1),
  versions: new Uint32Array(0),
  visited: new Uint8Array(0),
}

const FIRST_CAPACITY = 4
const GRACE_WINDOW = 0.05

export class Near {
  readonly index = new KeyIndex()
  /** `index.one`, one step nearer. */
  readonly one = this.index.one
  /** By place: the value, or where a promise was stored, a promise of it. */
  values: unknown[] = [undefined]
  /** By twice the place: the native slot, then the version that its word must have. */
  stamps = new Uint32Array(2)
  /** By place: from when on the entry is expired, on the table's clock. */
  expiresAt = new Float64Array(1)
  /** By place: 1 once the entry was hit. */
  visited: Uint8Array
  /** The generation of all that is here. */
  generation: number
  private policy: Policy
  private capacity = 0
  private size = 0

  /** The table's words. Let go of by `close`, since their memory is the table's. */
  words: Words

  constructor(
    words: Words,
    private readonly maxSize: number,
  ) {
    this.words = words
    this.policy = this.newPolicy()
    this.visited = this.policy.visited
    this.generation = words.generation[0]
  }

  /** The place of a key's entry, or 0: also where it is outdated. Takes 0 for no place. */
  valid(place: number): number {
    if (place === 0) return 0
    const { words, stamps } = this
    return words.generation[0] === this.generation &&
      words.versions[stamps[2 * place]] === stamps[2 * place + 1]
      ? place
      : 0
  }

  find(key: Key): number {
    return this.valid(this.index.find(key))
  }

  /** Counts as a use, here and in the table. */
  touch(place: number): void {
    const { visited } = this.words
    const slot = this.stamps[2 * place]
    this.visited[place] = 1
    // A blind store would take the cache line from the other threads.
    if (visited[slot] === 0) visited[slot] = 1
  }

  /**
   * Remembers a value.
   * @param generation - the table's, before the value was read or computed.
   */
  put(key: Key, value: unknown, slot: number, version: number, generation: number, expiresAt: number): void {
    if (this.words.generation[0] !== this.generation) this.clear()
    if (generation !== this.generation) return
    const place = this.index.find(key) || this.place(key)
    this.values[place] = value
    this.stamps[2 * place] = slot
    this.stamps[2 * place + 1] = version
    this.expiresAt[place] = expiresAt
  }

  /** Lets go of a value that was found to be outdated. */
  forget(key: Key): void {
    this.values[this.index.find(key)] = undefined
  }

  /** Forgets everything, and gives its memory back. */
  clear(): void {
    this.index.clear()
    this.policy = this.newPolicy()
    this.visited = this.policy.visited
    this.values = [undefined]
    this.size = 0
    this.capacity = 0
    this.generation = this.words.generation[0]
  }

  /** Forgets everything for good. */
  close(): void {
    this.words = NO_WORDS
    this.clear()
    this.generation = Number.NaN
  }

  private newPolicy(): Policy {
    return makePolicy('sieve', this.maxSize, GRACE_WINDOW)
  }

  /** A place for a new key. */
  private place(key: Key): number {
    if (this.size === this.maxSize) {
      const place = this.policy.recycle()
      this.index.replace(place, key)
      return place
    }
    const place = ++this.size
    if (place > this.capacity) this.grow()
    this.policy.insert(place)
    this.index.insert(key, place)
    return place
  }

  private grow(): void {
    this.capacity = Math.min(this.maxSize, Math.max(FIRST_CAPACITY, 2 * this.capacity))
    this.index.grow(this.capacity)
    this.values.length = this.capacity + 1
    this.stamps = grown(new Uint32Array(2 * this.capacity + 2), this.stamps)
    this.expiresAt = grown(new Float64Array(this.capacity + 1), this.expiresAt)
    this.policy.grow(this.capacity)
    this.visited = this.policy.visited
  }
}

function grown<A extends Uint32Array | Float64Array>(larger: A, old: A): A {
  larger.set(old.subarray(0, larger.length))
  return larger
}
