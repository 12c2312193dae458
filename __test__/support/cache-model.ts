/**
 * A bounded cache by the book, slow and obviously correct: entries in a Map, the policy by its own model. Keys are
 * known by a number each. What is stored in place of an entry counts as a use of it.
 */
import { graceEntries } from '../../src/policies/make'
import type { PolicyName } from '../../src/policies/policy'
import { type Model, makeModel } from '../models/model'

export class CacheModel {
  private readonly values = new Map<number, unknown>()
  private readonly policy: Model
  hits = 0
  misses = 0
  evictions = 0
  errors = 0

  constructor(
    policy: PolicyName,
    private readonly maxSize: number,
  ) {
    this.policy = makeModel(policy, Number.isFinite(maxSize) ? graceEntries(maxSize, 0.05) : 0)
  }

  /** What a call returns; it throws what `compute` throws. */
  call(key: number, compute: () => unknown): unknown {
    if (this.values.has(key)) return this.get(key)
    this.misses++
    return this.refresh(key, compute)
  }

  /** The value of a look-up that computes nothing. */
  get(key: number): unknown {
    if (!this.values.has(key)) {
      this.misses++
      return undefined
    }
    this.hits++
    this.policy.hit(key)
    return this.values.get(key)
  }

  refresh(key: number, compute: () => unknown): unknown {
    try {
      const value = compute()
      this.set(key, value)
      return value
    } catch (error) {
      this.errors++
      throw error
    }
  }

  set(key: number, value: unknown): void {
    if (this.maxSize === 0) return
    if (this.values.has(key)) this.policy.hit(key)
    else {
      if (this.values.size === this.maxSize) {
        const victim = this.policy.victim()
        this.policy.remove(victim)
        this.values.delete(victim)
        this.evictions++
      }
      this.policy.insert(key)
    }
    this.values.set(key, value)
  }

  has(key: number): boolean {
    return this.values.has(key)
  }

  peek(key: number): unknown {
    return this.values.get(key)
  }

  delete(key: number): boolean {
    if (!this.values.delete(key)) return false
    this.policy.remove(key)
    return true
  }

  clear(): void {
    this.values.clear()
    this.policy.clear()
    this.hits = this.misses = this.evictions = this.errors = 0
  }

  contents(): Set<unknown> {
    return new Set(this.values.values())
  }

  info() {
    const { hits, misses, evictions, errors, values } = this
    return { hits, misses, evictions, errors, coalesced: 0, expirations: 0, currentSize: values.size }
  }
}

/**
 * Argument lists that are different keys, each in all the ways in which it can be written. Those of one argument may
 * be keys of a cache without a function, too.
 */
export const KEYS: readonly (() => unknown[])[][] = [
  [() => []],
  [() => [1]],
  [() => ['1']],
  [() => [1n]],
  [() => [true]],
  [() => [0]],
  [() => [-0]],
  [() => [Number.NaN]],
  [() => ['NaN']],
  [() => [undefined]],
  [() => [null]],
  [() => ['']],
  [() => [Symbol.for('key')]],
  [() => [1, 2]],
  [() => [2, 1]],
  [() => ['1', 2]],
  [() => [0, -0]],
  [() => [-0, 0]],
  [() => [Number.NaN, undefined]],
  [() => [1, undefined]],
  [() => [{ a: 1, b: 2 }], () => [{ b: 2, a: 1 }]],
  [() => [{ a: 2, b: 1 }], () => [{ b: 1, a: 2 }]],
  [() => [{ a: 1 }]],
  [() => [{}], () => [JSON.parse('{}')]],
  [() => [[]]],
  [() => [[1, 2]]],
  [() => [[1, [2]]]],
  [() => [{ a: 1 }, 2]],
  [() => [2, { a: 1 }]],
  [() => [{ a: { b: [1, { c: 2 }] } }], () => [structuredClone({ a: { b: [1, { c: 2 }] } })]],
  [() => [new Date(1)]],
  [() => [new Map([[1, 2]])]],
  [() => [new Set([1, 2])]],
  [() => [new Uint8Array([1, 2])]],
  [() => [1, 2, 3]],
  [() => [1, 2, 4]],
  [() => [1, 2, 3, 4]],
  [() => [{ a: 1 }, [2], 'c', null]],
]
