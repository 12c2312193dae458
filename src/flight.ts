/**
 * Computations that have not settled. Concurrent calls with one key share one (*single flight*), and what happened to
 * the key meanwhile decides whether the result may be stored: a result computed before a set, delete or clear never is.
 */
import { KeyIndex } from './keys/index'
import { type Key, sameKey } from './keys/tokens'

/** One asynchronous computation. */
export class Flight {
  /** What every caller gets. Assigned before anybody else can see the flight. */
  promise!: PromiseLike<unknown>
  /** @param refresh - whether it was asked for although an entry may exist. */
  constructor(readonly refresh: boolean) {}
}

/** The flights of one table, by key. */
export class Flights {
  private readonly index = new KeyIndex()
  private readonly bySlot: (Flight | undefined)[] = [undefined]
  private readonly free: number[] = []

  find(key: Key): Flight | undefined {
    return this.bySlot[this.index.find(key)]
  }

  /** `flight` is the one that callers with this key join, and whose result will be stored. */
  start(key: Key, flight: Flight): void {
    let slot = this.index.find(key)
    if (slot === 0) {
      slot = this.free.pop() ?? this.bySlot.length
      this.index.grow(Math.max(slot, this.bySlot.length))
      this.index.insert(key, slot)
    }
    this.bySlot[slot] = flight
  }

  /** `flight` has settled. Returns whether its result may be stored. */
  finish(key: Key, flight: Flight): boolean {
    const slot = this.index.find(key)
    if (slot === 0 || this.bySlot[slot] !== flight) return false
    this.remove(slot)
    return true
  }

  /** The flight of this key, if any, goes on for its callers alone. */
  drop(key: Key): void {
    const slot = this.index.find(key)
    if (slot !== 0) this.remove(slot)
  }

  clear(): void {
    this.index.clear()
    this.bySlot.length = 1
    this.free.length = 0
  }

  private remove(slot: number): void {
    this.index.remove(slot)
    this.bySlot[slot] = undefined
    this.free.push(slot)
  }
}

/**
 * The same promise for the synchronous part of a computation, which no one can join: a function may set, delete or
 * clear entries of its own cache before it returns. Every miss passes here, so it costs one that drops nothing two
 * increments and a comparison.
 */
export class Computations {
  private running = 0
  /** How many keys were dropped while something was running, ever. */
  private drops = 0
  /** The last of them: those since the outermost computation began. */
  private dropped: (Key | typeof EVERYTHING)[] = []

  /** Before the function is called. Returns the mark to be given to `leave`. */
  enter(): number {
    this.running++
    return this.drops
  }

  /** After it, however it ended. Returns whether `key` was set, deleted or cleared since `mark`. */
  leave(key: Key, mark: number): boolean {
    this.running--
    return this.drops !== mark && this.isDropped(key, mark)
  }

  drop(key: Key): void {
    if (this.running !== 0) this.add(key)
  }

  dropAll(): void {
    if (this.running !== 0) this.add(EVERYTHING)
  }

  private add(what: Key | typeof EVERYTHING): void {
    this.drops++
    this.dropped.push(what)
  }

  private isDropped(key: Key, mark: number): boolean {
    const since = this.dropped.slice(mark - this.drops)
    if (this.running === 0) this.dropped = []
    return since.some((one) => one === EVERYTHING || sameKey(one as Key, key))
  }
}

const EVERYTHING = Symbol('every key')
