/**
 * A cache reduced to its decisions: keys and sizes come, keys go. The tests of the policies drive it with
 * streams of requests, over a real policy and over a model, and compare.
 */
import type { Policy } from '../src/policies/policy'
import type { Model } from './models/model'

/** The keys that a cache of `capacity` entries evicts over a stream of requests, in order. */
export function evictions(policy: Policy, requests: Iterable<number>, capacity: number): number[] {
  const evicted: number[] = []
  const slotOf = new Map<number, number>()
  const keyAt = [Number.NaN]
  policy.grow(capacity)
  for (const key of requests) {
    let slot = slotOf.get(key)
    if (slot !== undefined) {
      use(policy, slot)
      continue
    }
    if (slotOf.size < capacity) {
      slot = slotOf.size + 1
      policy.insert(slot)
    } else {
      slot = policy.recycle()
      evicted.push(keyAt[slot])
      slotOf.delete(keyAt[slot])
    }
    keyAt[slot] = key
    slotOf.set(key, slot)
  }
  return evicted
}

/** The same, decided by a model. */
export function modelEvictions(model: Model, requests: Iterable<number>, capacity: number): number[] {
  const evicted: number[] = []
  const cached = new Set<number>()
  for (const key of requests) {
    if (cached.has(key)) {
      model.hit(key)
      continue
    }
    if (cached.size === capacity) {
      const victim = model.victim()
      model.remove(victim)
      cached.delete(victim)
      evicted.push(victim)
    }
    model.insert(key)
    cached.add(key)
  }
  return evicted
}

/** A hit, as the cached function makes it. */
export function use(policy: Policy, slot: number): void {
  if (policy.touching) policy.hit(slot)
  else policy.visited[slot] = 1
}

/**
 * How often a cache of `capacity` bytes misses. `sizes[request]` is the size of what that request asks for;
 * what is larger than the cache is never stored.
 */
export function missesByBytes(
  policy: Policy,
  keys: Uint32Array,
  sizes: Uint32Array,
  capacity: number,
): number {
  let misses = 0
  let bytes = 0
  let room = 0
  const slotOf = new Map<number, number>()
  const storedBy: number[] = []
  const free: number[] = []
  for (const [request, key] of keys.entries()) {
    const hit = slotOf.get(key)
    if (hit !== undefined) {
      use(policy, hit)
      continue
    }
    misses++
    if (sizes[request] > capacity) continue
    while (bytes + sizes[request] > capacity) {
      const victim = policy.victim()
      policy.remove(victim)
      slotOf.delete(keys[storedBy[victim]])
      bytes -= sizes[storedBy[victim]]
      free.push(victim)
    }
    const slot = free.pop() ?? slotOf.size + 1
    if (slot > room) {
      room = 2 * slot
      policy.grow(room)
    }
    policy.insert(slot)
    slotOf.set(key, slot)
    storedBy[slot] = request
    bytes += sizes[request]
  }
  return misses
}
