/**
 * What the models of the eviction policies have in common. A model is slow and obviously correct; it is
 * written from the description of its policy in docs/policies.md, and shares no code and no idea with the
 * implementation.
 */
import type { PolicyName } from '../../src/policies/policy'
import { FifoModel } from './fifo'
import { LfuModel } from './lfu'
import { LruModel } from './lru'
import { MruModel } from './mru'
import { SieveModel } from './sieve'

/** Entries are plain numbers. */
export interface Model {
  readonly size: number
  insert(entry: number): void
  hit(entry: number): void
  remove(entry: number): void
  /** The entry to evict now; it stays. */
  victim(): number
  clear(): void
}

/** @param grace - how many of the newest entries SIEVE spares. */
export function makeModel(name: PolicyName, grace: number): Model {
  switch (name) {
    case 'sieve':
      return new SieveModel(grace)
    case 'lru':
      return new LruModel()
    case 'lfu':
      return new LfuModel()
    case 'fifo':
      return new FifoModel()
    case 'mru':
      return new MruModel()
  }
}
