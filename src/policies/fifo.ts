/**
 * FIFO: evicts the entry that came first. A hit changes nothing; `visited` is there because the hit path of a
 * policy that is not touching stores into it, and nothing reads it.
 */
import { grownBytes, type Policy } from './policy'
import { Ring } from './ring'

export class Fifo implements Policy {
  readonly touching = false
  visited = new Uint8Array(1)
  /** In order of insertion. */
  private readonly ring = new Ring()

  grow(capacity: number): void {
    this.visited = grownBytes(this.visited, capacity)
    this.ring.grow(capacity)
  }

  insert(slot: number): void {
    this.ring.push(slot)
  }

  hit(_slot: number): void {}

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
