/**
 * What an eviction policy is: an order over slot numbers, and a choice among them. A policy knows nothing of
 * keys, values or time; the table numbers its entries 1, 2, 3 … (slot 0 is the end of every list) and tells
 * the policy when an entry comes, is used, or goes. Every operation is O(1), amortised for `sieve`.
 */
export interface Policy {
  /**
   * True when a hit must call `hit(slot)`. Otherwise the whole of a hit is the store `visited[slot] = 1`,
   * which the cached function makes itself.
   */
  readonly touching: boolean
  /**
   * One byte per slot. Replaced by `grow`, so read it anew after an insertion. A touching policy has no use
   * for it and leaves it empty.
   */
  visited: Uint8Array
  /** Makes room for slots 1 … `capacity`; what is linked stays linked. */
  grow(capacity: number): void
  /** `slot` holds a new entry. It must not be linked already. */
  insert(slot: number): void
  /** The entry in `slot` was used. */
  hit(slot: number): void
  /** The entry in `slot` is gone. */
  remove(slot: number): void
  /** The entry to evict now. It stays linked; at least one entry must be. */
  victim(): number
  /**
   * `victim`, `remove` and `insert` of the same slot in one: the entry in it is evicted, a new one takes its
   * place.
   */
  recycle(): number
}

/** The names of the policies, in the order in which messages list them. */
export const POLICY_NAMES = ['sieve', 'lru', 'lfu', 'fifo', 'mru'] as const

/** A policy's name, as the `policy` option takes it. */
export type PolicyName = (typeof POLICY_NAMES)[number]

/** `old` with room for slots 0 … `capacity`, its content kept. */
export function grownLinks(old: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const links = new Uint32Array(capacity + 1)
  links.set(old)
  return links
}

/** `old` with room for slots 0 … `capacity`, its content kept. */
export function grownBytes(old: Uint8Array, capacity: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(capacity + 1)
  bytes.set(old)
  return bytes
}
