/** Methods and getters, cached by TC39 decorators: each instance has entries of its own, which go with it. */
import { describe, expect, it } from 'vitest'
import { type CacheOptions, cache, cacheFor } from 'warp-cache'
import { type Answer, FIND } from './support/member-classes'
import { memberControlsBehave } from './support/member-controls'
import { membersBehave } from './support/members'

function users(options?: CacheOptions) {
  const cached = cache(options)

  class Users {
    static runs = 0
    runs = 0
    error?: unknown

    constructor(readonly name = '') {}

    @cached byId(...args: unknown[]): Answer {
      return answer(this, args)
    }
    @cached async later(...args: unknown[]): Promise<Answer> {
      return answer(this, args)
    }
    @cached [FIND](...args: unknown[]): Answer {
      return answer(this, args)
    }
    @cached get total(): Answer {
      return answer(this, [])
    }
    @cached get sum(): Promise<Answer> {
      return Promise.resolve().then(() => answer(this, []))
    }
    @cached static open(...args: unknown[]): Answer {
      return answer(this, args)
    }
    @cached static get registry(): Answer {
      return answer(this, [])
    }
  }
  return Users
}

function answer(by: unknown, args: unknown[]): Answer {
  const state = Object(by) as { runs: number; error?: unknown }
  if (!Object.isFrozen(state)) state.runs++
  if (state.error !== undefined) throw state.error
  return { by, args }
}

function shapes() {
  class Shape {
    constructor(readonly name: string) {}
    @cache area(n: number): string {
      return `shape ${n} of ${this.name}`
    }
    @cache get label(): string {
      return `shape ${this.name}`
    }
  }
  class Square extends Shape {
    @cache override area(n: number): string {
      return `square, ${super.area(n)}`
    }
    @cache override get label(): string {
      return `square, ${super.label}`
    }
  }
  class Blob extends Shape {}
  return { Shape, Square, Blob }
}

membersBehave({ users, shapes })
memberControlsBehave({ users, shapes })

describe('private methods', () => {
  class Account {
    runs = 0

    @cache #balance(year: number): { year: number } {
      this.runs++
      return { year }
    }
    @cache() get #owner(): object {
      this.runs++
      return {}
    }
    @cache({ maxSize: 1 }) static #rate(year: number): object {
      return { year }
    }

    balance(year: number): { year: number } {
      return this.#balance(year)
    }
    owner(): object {
      return this.#owner
    }
    controls() {
      return cacheFor(this, this.#balance)
    }
    static rate(year: number): object {
      return Account.#rate(year)
    }
    static rateControls() {
      return cacheFor(Account, Account.#rate)
    }
  }

  it('are cached for each instance', () => {
    const [one, two] = [new Account(), new Account()]
    expect(one.balance(1)).toBe(one.balance(1))
    expect(one.balance(1)).not.toBe(two.balance(1))
    expect(one.owner()).toBe(one.owner())
    expect(one.runs).toBe(2)
  })

  it('have controls, found by the method itself', () => {
    const one = new Account()
    const value = one.balance(1)
    const controls = one.controls()
    expect(controls.cachePeek(1)).toBe(value)
    controls.cacheClear()
    expect(one.balance(1)).not.toBe(value)
    expect(new Account().controls().cacheInfo()).toMatchObject({ misses: 0 })
  })

  it('may be static', () => {
    const value = Account.rate(1)
    expect(Account.rate(1)).toBe(value)
    Account.rate(2)
    expect(Account.rateControls().cacheInfo()).toMatchObject({ maxSize: 1, hits: 1, misses: 2, evictions: 1 })
  })
})
