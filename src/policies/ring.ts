/**
 * A doubly linked list of slots, from the oldest to the newest, in two typed arrays; slot 0 closes it into a
 * ring, so no operation has a special case for an end. A slot is in the list at most once: the caller sees to
 * that.
 *
 * Policies hold a ring instead of extending one: a method that four classes inherit would see four shapes of
 * `this`.
 */
import { grownLinks } from './policy'

export class Ring {
  /** `newer[0]` is the oldest slot, `newer[newest]` is 0. */
  newer = new Uint32Array(1)
  /** `older[0]` is the newest slot, `older[oldest]` is 0. */
  older = new Uint32Array(1)

  /** Makes room for slots 1 … `capacity`; what is linked stays linked. */
  grow(capacity: number): void {
    this.newer = grownLinks(this.newer, capacity)
    this.older = grownLinks(this.older, capacity)
  }

  /** Links `slot` as the newest. */
  push(slot: number): void {
    this.pushAfter(this.older[0], slot)
  }

  /** Links `slot` directly on the newer side of `before`; as the oldest when that is 0. */
  pushAfter(before: number, slot: number): void {
    const { newer, older } = this
    const after = newer[before]
    newer[before] = slot
    older[slot] = before
    newer[slot] = after
    older[after] = slot
  }

  unlink(slot: number): void {
    const { newer, older } = this
    const before = older[slot]
    const after = newer[slot]
    newer[before] = after
    older[after] = before
  }

  /** Makes `slot`, which is linked, the newest. */
  renew(slot: number): void {
    if (slot === this.older[0]) return
    this.unlink(slot)
    this.push(slot)
  }
}
