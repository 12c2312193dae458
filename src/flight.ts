/**
 * Computations that have not settled. Concurrent calls with one key share one (*single flight*), and what happened to
 * the key meanwhile decides whether the result may be stored: a result computed before a set, delete or clear never is.
 */
import { KeyIndex, NO_ROOT } from './keys/index'
import { type Key, sameKey } from './keys/tokens'

/** One asynchronous computation. */
export class Flight {
  /** What every caller gets. Assigned before anybody else can see the flight. */
  promise!: PromiseLike<unknown>
  /** @param refresh - whether it was asked for although an entry may exist. */
  constructor(readonly refresh: boolean) {}
}

/** The flights of one table, by key. A change that is cut off (see `KeyIndex`) lets all of them go on for their callers alone. */
export class Flights {
  private readonly index = new KeyIndex()
  private bySlot: (Flight | undefined)[] = [undefined]
  private free: number[] = []

  find(key: Key): Flight | undefined {
    return this.bySlot[this.index.find(key)]
  }

  /** `flight` is the one that callers with this key join, and whose result will be stored. */
  start(key: Key, flight: Flight): void {
    if (this.index.isLost) this.clear()
    this.change(key, this.index.find(key), flight)
  }

  /** `flight` has settled. Returns whether its result may be stored. */
  finish(key: Key, flight: Flight): boolean {
    const slot = this.index.find(key)
    if (slot === 0 || this.bySlot[slot] !== flight) return false
    this.change(key, slot)
    return true
  }

  /** The flight of this key, if any, goes on for its callers alone. */
  drop(key: Key): void {
    const slot = this.index.find(key)
    if (slot !== 0) this.change(key, slot)
  }

  clear(): void {
    this.index.clear()
    this.bySlot = [undefined]
    this.free = []
  }

  /** @param slot - of the key, or 0. @param flight - undefined: none. */
  private change(key: Key, slot: number, flight?: Flight): void {
    const { bySlot, free, index } = this
    try {
      if (flight === undefined) {
        index.remove(slot)
        free.push(slot)
      } else if (slot === 0) {
        slot = free.pop() ?? bySlot.length
        index.grow(Math.max(slot, bySlot.length))
        index.insert(key, slot)
      }
      bySlot[slot] = flight
    } catch (error) {
      index.one = index.pairs = NO_ROOT
      throw error
    }
  }
}

/**
 * The same promise for the synchronous part of a computation, which no one can join: a function may set, delete or
 * clear entries of its own cache before it returns. Every miss passes here, so it costs one that drops nothing two
 * increments and a comparison.
 */
export class Computations {
  /** How many are running. Whoever has entered counts one down, without a call, since the call stack may be at its end. */
  running = 0
  /** How many keys were dropped while something was running, ever. */
  private drops = 0
  /** The last of them: those since the outermost computation began. */
  private dropped: (Key | typeof EVERYTHING)[] = []

  /** Before the function is called. Returns the mark to be given to `wasDropped`. */
  enter(): number {
    this.running++
    return this.drops
  }

  /** After it, however it ended, and after `running` was counted down: whether `key` was set, deleted or cleared since `mark`. */
  wasDropped(key: Key, mark: number): boolean {
    if (this.drops === mark) return false
    const since = this.dropped.slice(mark - this.drops)
    if (this.running === 0) this.dropped = []
    return since.some((one) => one === EVERYTHING || sameKey(one as Key, key))
  }

  drop(what: Key | typeof EVERYTHING): void {
    if (this.running === 0) return
    this.drops++
    this.dropped.push(what)
  }

  dropAll(): void {
    this.drop(EVERYTHING)
  }
}

const EVERYTHING = Symbol('every key')
