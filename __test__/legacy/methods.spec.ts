/** Methods and getters, cached by the decorators of `experimentalDecorators`: each instance has entries of its own, which go with it. */

import { type CacheOptions, cache } from 'warp-cache'
import { type Answer, FIND } from '../support/member-classes'
import { memberControlsBehave } from '../support/member-controls'
import { membersBehave } from '../support/members'

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
