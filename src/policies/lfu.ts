/**
 * LFU: evicts the entry that was used the fewest times; of several such, the one whose last use is the
 * longest ago. Coming in counts as the first use. O(1) after Shah, Mitra and Matani, "An O(1) algorithm for
 * implementing the LFU cache eviction scheme" (2010). Counts do not age: an entry keeps its rank until others
 * have earned more.
 *
 * One ring holds all entries in the order in which they would be evicted, so that entries of equal count are
 * a run of neighbours. Invariants: a run is never empty (so as many runs as entries are room enough), counts
 * rise from run to run, and slot 0 lies in run 0, whose count is 0.
 */
import { grownLinks, type Policy } from './policy'
import { Ring } from './ring'

export class Lfu implements Policy {
  readonly touching = true
  visited = new Uint8Array(0)
  /** In order of eviction. */
  private readonly ring = new Ring()
  /** By slot: the run in which the entry is. */
  private runOf = new Uint32Array(1)
  /** By run: how many times each entry of it was used. 32 bits would wrap within minutes of a hot loop. */
  private count = new Float64Array(1)
  /** By run: the entry that is evicted last. While the run is free: the next free run. */
  private last = new Uint32Array(1)
  /** The first free run below `opened`; 0 when there is none. */
  private free = 0
  /** Runs 1 … `opened` are in use or in the list of free ones. */
  private opened = 0

  grow(capacity: number): void {
    this.ring.grow(capacity)
    this.runOf = grownLinks(this.runOf, capacity)
    this.last = grownLinks(this.last, capacity)
    const count = new Float64Array(capacity + 1)
    count.set(this.count)
    this.count = count
  }

  insert(slot: number): void {
    this.join(slot, 0, 1)
  }

  hit(slot: number): void {
    const uses = this.count[this.runOf[slot]] + 1
    this.join(slot, this.leave(slot), uses)
  }

  remove(slot: number): void {
    this.leave(slot)
  }

  victim(): number {
    return this.ring.newer[0]
  }

  recycle(): number {
    const slot = this.victim()
    this.leave(slot)
    this.join(slot, 0, 1)
    return slot
  }

  /**
   * Links `slot` as the last of the run of count `uses`, which starts directly after `before` if it exists.
   */
  private join(slot: number, before: number, uses: number): void {
    let run = this.runOf[this.ring.newer[before]]
    if (this.count[run] === uses) {
      this.ring.pushAfter(this.last[run], slot)
    } else {
      run = this.open(uses)
      this.ring.pushAfter(before, slot)
    }
    this.last[run] = slot
    this.runOf[slot] = run
  }

  /** Unlinks `slot` and returns the entry (or 0) after which the next run starts. */
  private leave(slot: number): number {
    const run = this.runOf[slot]
    const last = this.last[run]
    const before = this.ring.older[slot]
    this.ring.unlink(slot)
    if (last !== slot) return last
    if (this.runOf[before] === run) {
      this.last[run] = before
    } else {
      this.last[run] = this.free
      this.free = run
    }
    return before
  }

  private open(uses: number): number {
    let run = this.free
    if (run === 0) run = ++this.opened
    else this.free = this.last[run]
    this.count[run] = uses
    return run
  }
}
