/**
 * SIEVE with a grace window: one list in order of insertion, a visited byte per entry, a hand that moves from
 * the oldest entry towards the newest, clears the bytes it meets and evicts the first entry whose byte was
 * clear.
 *
 * The newest `grace` entries are spared: the hand wraps to the oldest entry instead of meeting one. With
 * `grace` 0 this is the textbook algorithm (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024). Invariant:
 * the hand is 0 (the next search starts at the oldest entry) or an entry outside the window.
 */
import { grownBytes, type Policy } from './policy'
import { Ring } from './ring'

export class Sieve implements Policy {
  readonly touching = false
  visited = new Uint8Array(1)
  /** In order of insertion. */
  protected readonly ring = new Ring()
  protected hand = 0
  /**
   * One byte per slot: is the entry in the window? Meaningless while no entry is linked, or when there is no
   * window.
   */
  private young = new Uint8Array(1)
  private youngCount = 0
  /** The oldest entry of the window; 0 when the window is empty. */
  private boundary = 0

  /** @param grace - how many of the newest entries the hand spares. */
  constructor(private readonly grace: number) {}

  grow(capacity: number): void {
    this.visited = grownBytes(this.visited, capacity)
    this.ring.grow(capacity)
    if (this.grace !== 0) this.young = grownBytes(this.young, capacity)
  }

  insert(slot: number): void {
    this.visited[slot] = 0
    this.link(slot)
  }

  hit(slot: number): void {
    this.visited[slot] = 1
  }

  remove(slot: number): void {
    if (this.hand === slot) this.setHand(this.ring.newer[slot])
    if (this.grace !== 0 && this.young[slot] !== 0) this.leaveWindow(slot)
    this.ring.unlink(slot)
  }

  victim(): number {
    const slot = this.search(this.stop())
    this.setHand(this.ring.newer[slot])
    return slot
  }

  /** One straight run, since every miss in a full table goes through it; what it does is the three methods' work. */
  recycle(): number {
    const stop = this.stop()
    const slot = this.search(stop)
    if (this.grace !== 0 && (stop === 0 || this.youngCount !== this.grace)) {
      this.setHand(this.ring.newer[slot])
      this.remove(slot)
      this.link(slot)
      return slot
    }
    const { newer, older } = this.ring
    const before = older[slot]
    const after = newer[slot]
    newer[before] = after
    older[after] = before
    const newest = older[0]
    newer[newest] = slot
    older[slot] = newest
    newer[slot] = 0
    older[0] = slot
    this.hand = after === stop ? 0 : after
    if (stop !== 0) {
      this.young[stop] = 0
      this.young[slot] = 1
      this.boundary = newer[stop]
    }
    return slot
  }

  /** The entry at which the hand turns back to the oldest, or 0: the end of the list. */
  private stop(): number {
    // A list that lies in the window as a whole has nobody to evict instead: no entry of it is spared.
    return this.boundary === this.ring.newer[0] ? 0 : this.boundary
  }

  /** Moves from the hand to the first entry that was not visited. */
  protected search(stop: number): number {
    const { visited } = this
    const { newer } = this.ring
    const oldest = newer[0]
    let slot = this.hand === 0 ? oldest : this.hand
    while (visited[slot] !== 0) {
      visited[slot] = 0
      slot = newer[slot]
      if (slot === 0 || slot === stop) slot = oldest
    }
    return slot
  }

  private link(slot: number): void {
    this.ring.push(slot)
    if (this.grace !== 0) this.enterWindow(slot)
  }

  private enterWindow(slot: number): void {
    this.young[slot] = 1
    if (this.youngCount === this.grace) {
      const leaving = this.boundary
      this.young[leaving] = 0
      this.boundary = this.ring.newer[leaving]
    } else if (this.youngCount++ === 0) {
      this.boundary = slot
    }
  }

  /**
   * Called while `slot` is still linked: the newest entry outside the window takes the place that it leaves.
   */
  private leaveWindow(slot: number): void {
    this.young[slot] = 0
    const entering = this.ring.older[this.boundary]
    if (entering === 0) {
      this.youngCount--
      if (this.boundary === slot) this.boundary = this.ring.newer[slot]
      return
    }
    this.young[entering] = 1
    this.boundary = entering
    if (this.hand === entering) this.hand = 0
  }

  /** The hand goes on at `slot`, or at the oldest entry if that is 0 or in the window. */
  private setHand(slot: number): void {
    this.hand = this.grace !== 0 && this.young[slot] !== 0 ? 0 : slot
  }
}
