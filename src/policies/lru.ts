/**
 * LRU: evicts the entry whose last use is the longest ago. Coming in counts as a use.
 */
import type { Policy } from './policy'
import { Ring } from './ring'

export class Lru implements Policy {
  readonly touching = true
  visited = new Uint8Array(0)
  /** In order of last use. */
  private readonly ring = new Ring()

  grow(capacity: number): void {
    this.ring.grow(capacity)
  }

  insert(slot: number): void {
    this.ring.push(slot)
  }

  hit(slot: number): void {
    this.ring.renew(slot)
  }

  remove(slot: number): void {
    this.ring.unlink(slot)
  }

  victim(): number {
    return this.ring.newer[0]
  }

  recycle(): number {
    const slot = this.victim()
    this.ring.renew(slot)
    return slot
  }
}
