/** The policies that nobody gets who does not ask for one. */
import { Fifo } from './fifo'
import { Lfu } from './lfu'
import { Lru } from './lru'
import { Mru } from './mru'
import type { Policy, PolicyName } from './policy'

/** A policy without room. */
export function makeOther(name: Exclude<PolicyName, 'sieve'>): Policy {
  switch (name) {
    case 'lru':
      return new Lru()
    case 'lfu':
      return new Lfu()
    case 'fifo':
      return new Fifo()
    case 'mru':
      return new Mru()
  }
}
