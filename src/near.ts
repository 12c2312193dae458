/**
 * What this isolate remembers of a table in native memory: decoded values by key, at most `maxSize` of them, which have
 * at most `maxBytes` encoded. Each is good for as long as the table's generation and the version of its slot are what
 * they were. A hit here leaves neither V8 nor its inline caches: one Map lookup, and plain loads of words that native
 * code writes. They are read as any typed array is, not by `Atomics`: a load that is late by a moment serves what a
 * call at that moment could have been served. Entries are never removed by others, only found to be outdated.
 */
import { KeyIndex } from './keys/index'
import type { Key, Token } from './keys/tokens'
import { graceEntries } from './policies/make'
import { Sieve } from './policies/sieve'
import { type Counters, NEAR_HITS, newNativeCounters } from './stats'

/** The words of a table, in memory that native code writes. A slot has the same index in both arrays. */
export interface Words {
  /** First the generation: another one after every clear. Then by slot, a version: another one after every change. */
  readonly versions: Uint32Array
  /** By slot: 1 once the entry was hit. What is before the first slot is not of the table's. */
  readonly visited: Uint8Array
  /** The index of the first slot. */
  readonly first: number
}

/** Where the generation is. */
export const TABLE_GENERATION = 0
/** The generation of no table: nothing here is good. A change that is cut off (see `KeyIndex`) leaves it. */
const LOST = -1

const FIRST_CAPACITY = 4
const GRACE_WINDOW = 0.05
/** A value has at most this part of all bytes: what a large one saves in time, the garbage collector takes in memory. */
const LARGEST_SHARE = 16

/**
 * Where there is no room left, one in so many of the values that are not here is taken in, and another one goes for it.
 * What is asked for again and again comes in soon; a walk over more keys than fit does not pay for each of them.
 */
const ADMITTED = 8

/** One remembered value. A hit reads all of it, so it is one object: arrays by place would take it 2 ns longer. */
export class NearEntry {
  /** 1 once the entry was hit. */
  visited = 0

  constructor(
    /** Where a promise was stored, a promise. */
    public value: unknown,
    /** The index of the native slot in the table's words. */
    public at: number,
    /** What must be there. */
    public version: number,
    /** From when on the entry is expired, on the table's clock. */
    public expiresAt: number,
    /** Of the value where it is encoded. */
    public bytes: number,
  ) {}
}

export class Near {
  readonly index = new KeyIndex()
  /** What the index has of keys of one token, one step nearer. */
  readonly quick = new Map<Token, NearEntry>()
  /** By place in the index. */
  entries: (NearEntry | undefined)[] = [undefined]
  /** The generation of all that is here. */
  generation: number
  // The table's words, one step nearer. Let go of by `close`: their memory is the table's.
  versions: Uint32Array
  tableVisited: Uint8Array
  private first: number
  private readonly largest: number
  private bytes = 0
  private policy: NearSieve
  private capacity = 0
  private size = 0
  /** The highest place that was ever used, and those below that are free. */
  private top = 0
  private free: number[] = []
  private refused = 0

  /** @param counters - where hits are counted, too, so that a hit finds everything in one object. */
  constructor(
    words: Words,
    public counters: Counters,
    private readonly maxSize: number,
    private readonly maxBytes: number,
  ) {
    this.versions = words.versions
    this.tableVisited = words.visited
    this.first = words.first
    this.largest = maxBytes / LARGEST_SHARE
    this.policy = this.newPolicy()
    this.generation = words.versions[TABLE_GENERATION]
  }

  /** Whether an entry is what the table has. */
  isCurrent(entry: NearEntry): boolean {
    const { versions } = this
    return versions[entry.at] === entry.version && versions[TABLE_GENERATION] === this.generation
  }

  /** The entry at a place, unless it is outdated. Takes 0 for no place. */
  valid(place: number): NearEntry | undefined {
    const entry = this.entries[place]
    return entry !== undefined && this.isCurrent(entry) ? entry : undefined
  }

  find(key: Key): NearEntry | undefined {
    return this.valid(this.index.find(key))
  }

  /** A hit of an entry that is known to be good: counts as a use, here and in the table. */
  take(entry: NearEntry): unknown {
    const { tableVisited } = this
    const { at } = entry
    this.counters[NEAR_HITS]++
    entry.visited = 1
    // A blind store would take the cache line from the other threads.
    if (tableVisited[at] === 0) tableVisited[at] = 1
    return entry.value
  }

  /**
   * Remembers a value, or not: there is too little room for all.
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
    if (this.versions[TABLE_GENERATION] !== this.generation) this.clear()
    if (generation !== this.generation || bytes > this.largest) return
    try {
      const entry = this.entries[this.index.find(key)]
      if (entry === undefined) {
        if (!this.admits(bytes)) return
        while (this.bytes + bytes > this.maxBytes) this.remove(this.policy.victim())
        this.insert(key, new NearEntry(value, this.first + slot, version, expiresAt, bytes))
        return
      }
      this.bytes -= entry.bytes
      entry.value = value
      entry.at = this.first + slot
      entry.version = version
      entry.expiresAt = expiresAt
      entry.bytes = bytes
      this.bytes += bytes
      // It may have grown.
      while (this.bytes > this.maxBytes) this.remove(this.policy.victim())
    } catch (error) {
      this.generation = LOST
      throw error
    }
  }

  /** Lets go of a value that was found to be outdated. */
  forget(key: Key): void {
    if (this.versions[TABLE_GENERATION] !== this.generation) this.clear()
    try {
      const place = this.index.find(key)
      if (place !== 0) this.remove(place)
    } catch (error) {
      this.generation = LOST
      throw error
    }
  }

  /** Forgets everything, and gives its memory back. */
  clear(): void {
    this.generation = LOST
    this.index.clear()
    this.quick.clear()
    this.entries = [undefined]
    this.policy = this.newPolicy()
    this.bytes = 0
    this.size = 0
    this.top = 0
    this.free = []
    this.capacity = 0
    this.generation = this.versions[TABLE_GENERATION]
  }

  /** Forgets everything, and remembers another table from now on. */
  follow(words: Words, counters: Counters): void {
    this.versions = words.versions
    this.tableVisited = words.visited
    this.first = words.first
    this.counters = counters
    this.clear()
  }

  /** Forgets everything, and finds nothing until it follows another table. */
  close(): void {
    this.clear()
    this.versions = new Uint32Array(1)
    this.tableVisited = new Uint8Array(0)
    this.counters = newNativeCounters()
    this.generation = LOST
  }

  private admits(bytes: number): boolean {
    const isFull = this.size === this.maxSize || this.bytes + bytes > this.maxBytes
    if (!isFull || ++this.refused % ADMITTED === 0) return true
    // Whoever would go may have gone from the table long ago.
    return !this.isCurrent(this.entries[this.policy.next()]!)
  }

  private newPolicy(): NearSieve {
    return new NearSieve(graceEntries(this.maxSize, GRACE_WINDOW), this)
  }

  private insert(key: Key, entry: NearEntry): void {
    const place = this.size === this.maxSize ? this.recycle(key) : this.newPlace(key)
    this.entries[place] = entry
    if (!Array.isArray(key)) this.quick.set(key as Token, entry)
    this.bytes += entry.bytes
  }

  private recycle(key: Key): number {
    const place = this.policy.recycle()
    const old = this.index.keyOf(place)
    if (!Array.isArray(old)) this.quick.delete(old as Token)
    this.bytes -= this.entries[place]!.bytes
    this.index.replace(place, key)
    return place
  }

  private remove(place: number): void {
    const key = this.index.keyOf(place)
    if (!Array.isArray(key)) this.quick.delete(key as Token)
    this.bytes -= this.entries[place]!.bytes
    this.entries[place] = undefined
    this.index.remove(place)
    this.policy.remove(place)
    this.free.push(place)
    this.size--
  }

  private newPlace(key: Key): number {
    this.size++
    const place = this.free.pop() ?? ++this.top
    if (place > this.capacity) {
      this.capacity = Math.min(this.maxSize, Math.max(FIRST_CAPACITY, 2 * this.capacity))
      this.index.grow(this.capacity)
      this.policy.grow(this.capacity)
    }
    this.policy.insert(place)
    this.index.insert(key, place)
    return place
  }
}

/** SIEVE over entries that know themselves whether they were hit. Those that are outdated go first. */
class NearSieve extends Sieve {
  constructor(
    grace: number,
    private readonly near: Near,
  ) {
    super(grace)
  }

  /** Where the hand is. There must be an entry. */
  next(): number {
    return this.hand === 0 ? this.ring.newer[0] : this.hand
  }

  protected override search(stop: number): number {
    const { near } = this
    const { entries } = near
    const { newer } = this.ring
    const oldest = newer[0]
    let place = this.next()
    for (let entry = entries[place]!; entry.visited !== 0 && near.isCurrent(entry); entry = entries[place]!) {
      entry.visited = 0
      place = newer[place]
      if (place === 0 || place === stop) place = oldest
    }
    return place
  }
}
