/**
 * From the options to a policy. Both options are valid when they come here.
 */
import { makeOther } from './others'
import type { Policy, PolicyName } from './policy'
import { Sieve } from './sieve'

/** From this capacity on, a window that is not 0 holds at least one entry. */
const SMALLEST_WINDOWED_CAPACITY = 20

/**
 * A policy without room: `grow` gives it some.
 *
 * @param capacity - how many entries the table will hold at most.
 * @param graceWindow - the share of them that SIEVE spares; the other policies have no window.
 */
export function makePolicy(name: PolicyName, capacity: number, graceWindow: number): Policy {
  return name === 'sieve' ? new Sieve(graceEntries(capacity, graceWindow)) : makeOther(name)
}

/** The window in entries: always fewer than `capacity`. */
export function graceEntries(capacity: number, graceWindow: number): number {
  if (graceWindow === 0) return 0
  const entries = Math.floor(graceWindow * capacity)
  return entries === 0 && capacity >= SMALLEST_WINDOWED_CAPACITY ? 1 : entries
}
