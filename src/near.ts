/**
 * What this isolate remembers of a table in native memory: decoded values by key, at most `maxSize` of them, which have
 * at most `maxBytes` encoded. Each is good for as long as the table's generation and the version of its slot are what
 * they were. A hit here leaves neither V8 nor its inline caches: one Map lookup, and plain loads of words that native
 * code writes. They are read as any typed array is, not by `Atomics`: a load that is late by a moment serves what a
 * call at that moment could have been served. Entries are never removed by others, only found to be outdated.
 */
import { KeyIndex } from './keys/index'
import type { Key } from './keys/tokens'
import { makePolicy } from './policies/make'
import type { Policy } from './policies/policy'
import { type Counters, NEAR_HITS, newNativeCounters } from './stats'

/** The words of a table, in memory that native code writes. */
export interface Words {
  /** One number: another one after every clear. */
  readonly generation: Uint32Array
  /** By native slot: another one after every change. */
  readonly versions: Uint32Array
  /** By native slot: 1 once the entry was hit. */
  readonly visited: Uint8Array
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
  // The table's words, one step nearer. Let go of by `close`: their memory is the table's.
  generationWord: Uint32Array
  versions: Uint32Array
  tableVisited: Uint8Array
  /** By place: the bytes of the value where it is encoded. */
  private sizes = new Uint32Array(1)
  private bytes = 0
  private policy: Policy
  private capacity = 0
  private size = 0

  /** @param counters - where hits are counted, too, so that a hit finds everything in one object. */
  constructor(
    words: Words,
    public counters: Counters,
    private readonly maxSize: number,
    private readonly maxBytes: number,
  ) {
    this.generationWord = words.generation
    this.versions = words.versions
    this.tableVisited = words.visited
    this.policy = this.newPolicy()
    this.visited = this.policy.visited
    this.generation = words.generation[0]
  }

  /** `place`, or 0 if what is there is outdated. Takes 0 for no place. */
  valid(place: number): number {
    if (place === 0 || this.generationWord[0] !== this.generation) return 0
    const { stamps } = this
    return this.versions[stamps[2 * place]] === stamps[2 * place + 1] ? place : 0
  }

  find(key: Key): number {
    return this.valid(this.index.find(key))
  }

  /** A hit at a place that is known to be good: counts as a use, here and in the table. */
  take(place: number): unknown {
    const { tableVisited } = this
    const slot = this.stamps[2 * place]
    this.counters[NEAR_HITS]++
    this.visited[place] = 1
    // A blind store would take the cache line from the other threads.
    if (tableVisited[slot] === 0) tableVisited[slot] = 1
    return this.values[place]
  }

  /**
   * Remembers a value.
   * @param generation - the table's, before the value was read or computed.
   */
  put(
    key: Key,
    value: unknown,
    slot: number,
    version: number,
    generation: number,
    expiresAt: number,
    bytes: number,
  ): void {
    if (this.generationWord[0] !== this.generation) this.clear()
    if (generation !== this.generation || bytes > this.maxBytes) return
    // Seldom: most entries are small, and are too many before they are too large together.
    if (this.bytes + bytes > this.maxBytes) this.clear()
    const place = this.index.find(key) || this.newPlace(key)
    this.resize(place, bytes)
    this.values[place] = value
    this.stamps[2 * place] = slot
    this.stamps[2 * place + 1] = version
    this.expiresAt[place] = expiresAt
  }

  /** Lets go of a value that was found to be outdated. */
  forget(key: Key): void {
    const place = this.index.find(key)
    this.values[place] = undefined
    this.resize(place, 0)
  }

  /** Forgets everything, and gives its memory back. */
  clear(): void {
    this.index.clear()
    this.policy = this.newPolicy()
    this.visited = this.policy.visited
    this.values = [undefined]
    this.sizes = new Uint32Array(1)
    this.bytes = 0
    this.size = 0
    this.capacity = 0
    this.generation = this.generationWord[0]
  }

  /** Forgets everything for good. */
  close(): void {
    this.clear()
    this.generationWord = new Uint32Array(1)
    this.versions = new Uint32Array(0)
    this.tableVisited = new Uint8Array(0)
    this.counters = newNativeCounters()
    this.generation = Number.NaN
  }

  private resize(place: number, bytes: number): void {
    this.bytes += bytes - this.sizes[place]
    this.sizes[place] = bytes
  }

  private newPolicy(): Policy {
    return makePolicy('sieve', this.maxSize, GRACE_WINDOW)
  }

  private newPlace(key: Key): number {
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
    this.sizes = grown(new Uint32Array(this.capacity + 1), this.sizes)
    this.expiresAt = grown(new Float64Array(this.capacity + 1), this.expiresAt)
    this.policy.grow(this.capacity)
    this.visited = this.policy.visited
  }
}

function grown<A extends Uint32Array | Float64Array>(larger: A, old: A): A {
  larger.set(old.subarray(0, larger.length))
  return larger
}
