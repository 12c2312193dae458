/**
 * MRU: evicts the entry that was used last. Coming in counts as a use, and the victim is chosen before the
 * new entry comes: on a stream without hits, the first `capacity - 1` entries stay and one slot takes all the
 * others in turn.
 */
import type { Policy } from './policy'
import { Ring } from './ring'

export class Mru implements Policy {
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
    return this.ring.older[0]
  }

  /** The victim and the entry that takes its place are both the newest: the ring stays as it is. */
  recycle(): number {
    return this.victim()
  }
}
