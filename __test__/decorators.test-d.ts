/**
 * What a caller's compiler sees of the decorator in the TC39 dialect: where it goes, where it does not, and that
 * nothing decorated changes its type. `legacy/types.test-d.ts` says the same of the other dialect.
 */
import { describe, expectTypeOf, test } from 'vitest'
import type { CacheDecorator } from 'warp-cache'
import { cache, cacheFor } from 'warp-cache'

declare const asyncStore: {
  get(key: string): Promise<object | undefined>
  set(key: string, value: object): Promise<void>
  delete(key: string): Promise<boolean>
  clear(): Promise<void>
}
const syncStore = new Map<string, object>()
const minute: CacheDecorator = cache({ ttl: 60_000 })

class Report<T extends { id: number }> {
  readonly rows: T[] = []

  @cache bare(id: number, lang = 'en'): string {
    return `${id}${lang}`
  }
  @cache() called(...ids: number[]): T | undefined {
    return this.rows.find((row) => ids.includes(row.id))
  }
  @cache({ ttl: 1_000, maxSize: 10, policy: 'lfu' }) async later(id: number): Promise<T[]> {
    return this.rows.filter((row) => row.id === id)
  }
  @minute shared(id: number): number {
    return id
  }
  @cache generic<U extends string>(value: U): { value: U; row: T | undefined } {
    return { value, row: this.rows[0] }
  }
  @cache({ key: (row: { id: number }) => row.id }) keyed(row: T): T {
    return row
  }
  @cache({ perInstance: (self: Report<never>) => self.rows.length }) counted(): number {
    return this.rows.length
  }
  @cache typedThis(this: Report<T>, id: number): T | undefined {
    return this.rows[id]
  }
  overloaded(id: number): string
  overloaded(id: string, radix: number): number
  @cache overloaded(id: number | string, radix?: number): string | number {
    return typeof id === 'string' ? Number.parseInt(id, radix) : `${id}`
  }

  @cache get bareTotal(): number {
    return this.rows.length
  }
  @cache() get calledTotal(): number {
    return this.rows.length
  }
  @cache({ ttl: 5 }) get laterTotal(): Promise<T[]> {
    return Promise.resolve(this.rows)
  }
  @cache() get first(): T | undefined {
    return this.rows[0]
  }

  @cache #bareSecret(id: number): string {
    return `${id}`
  }
  @cache() #calledSecret(id: number): string {
    return this.#bareSecret(id)
  }
  @cache({ ttl: 5 }) async #laterSecret(id: number): Promise<string> {
    return this.#calledSecret(id)
  }
  @cache get #total(): number {
    return this.rows.length
  }
  secrets(id: number): [string, Promise<string>, number] {
    expectTypeOf(cacheFor(this, this.#laterSecret).cachePeek(1)).toEqualTypeOf<Promise<string> | undefined>()
    return [this.#calledSecret(id), this.#laterSecret(id), this.#total]
  }

  @cache static bareOf(id: number): Report<never> {
    return new Report<never>().rows[id] ?? new Report<never>()
  }
  @cache() static calledOf<U extends { id: number }>(...rows: U[]): Report<U> {
    return Object.assign(new Report<U>(), { rows })
  }
  @cache({ ttl: 5 }) static async laterOf(this: typeof Report, id: number): Promise<number> {
    return this.name.length + id
  }
  @cache static get count(): number {
    return 0
  }
  @cache() static #secretOf(id: number): number {
    return id
  }
  static secretOf(id: number): number {
    return Report.#secretOf(id)
  }

  @cache({ backend: syncStore, perInstance: false }) stored(id: number): string {
    return `${id}`
  }
  @cache({ backend: asyncStore, perInstance: false }) async storedLater(id: number): Promise<string> {
    return `${id}`
  }
  @cache({ backend: asyncStore, perInstance: false, key: (row: { id: number }) => row.id })
  async storedKeyed(row: T, lang: string): Promise<string> {
    return `${row.id}${lang}`
  }
  @cache({ backend: asyncStore, perInstance: false }) get storedTotal(): Promise<number> {
    return Promise.resolve(this.rows.length)
  }
}

describe('what is decorated keeps its type', () => {
  const report = new Report<{ id: number; name: string }>()
  type Row = { id: number; name: string }

  test('methods', () => {
    expectTypeOf(report.bare).toEqualTypeOf<(id: number, lang?: string) => string>()
    expectTypeOf(report.called).toEqualTypeOf<(...ids: number[]) => Row | undefined>()
    expectTypeOf(report.later).toEqualTypeOf<(id: number) => Promise<Row[]>>()
    expectTypeOf(report.shared).toEqualTypeOf<(id: number) => number>()
    expectTypeOf(report.generic('a')).toEqualTypeOf<{ value: 'a'; row: Row | undefined }>()
    expectTypeOf(report.keyed).toEqualTypeOf<(row: Row) => Row>()
    expectTypeOf(report.counted).toEqualTypeOf<() => number>()
    expectTypeOf<ThisParameterType<typeof report.typedThis>>().toEqualTypeOf<Report<Row>>()
    expectTypeOf(report.overloaded(1)).toEqualTypeOf<string>()
    expectTypeOf(report.overloaded('a', 16)).toEqualTypeOf<number>()
    expectTypeOf(report.stored).toEqualTypeOf<(id: number) => string>()
    expectTypeOf(report.storedKeyed).toEqualTypeOf<(row: Row, lang: string) => Promise<string>>()
    expectTypeOf(report.storedLater).toEqualTypeOf<(id: number) => Promise<string>>()
    // @ts-expect-error: the parameter is a number
    report.bare('1')
    // @ts-expect-error: the controls are those of an instance: `cacheFor(report, 'bare')`
    report.bare.cacheClear()
  })

  test('getters', () => {
    expectTypeOf(report.bareTotal).toEqualTypeOf<number>()
    expectTypeOf(report.calledTotal).toEqualTypeOf<number>()
    expectTypeOf(report.first).toEqualTypeOf<Row | undefined>()
    expectTypeOf(report.laterTotal).toEqualTypeOf<Promise<Row[]>>()
    expectTypeOf(report.storedTotal).toEqualTypeOf<Promise<number>>()
    expectTypeOf(Report.count).toEqualTypeOf<number>()
  })

  test('private and static methods', () => {
    expectTypeOf(report.secrets(1)).toEqualTypeOf<[string, Promise<string>, number]>()
    expectTypeOf(Report.bareOf(1)).toEqualTypeOf<Report<never>>()
    expectTypeOf(Report.calledOf({ id: 1, size: 2 })).toEqualTypeOf<Report<{ id: number; size: number }>>()
    expectTypeOf(Report.laterOf(1)).toEqualTypeOf<Promise<number>>()
  })

  test('and its controls are found', () => {
    expectTypeOf(cacheFor(report, 'later').cachePeek(1)).toEqualTypeOf<Promise<Row[]> | undefined>()
    expectTypeOf(cacheFor(report, 'bareTotal').cacheRefresh()).toEqualTypeOf<number>()
    expectTypeOf(cacheFor(Report, 'bareOf').cacheHas(1)).toEqualTypeOf<boolean>()
    // @ts-expect-error: the parameter is a number
    cacheFor(report, 'later').cacheDelete('1')
  })
})

describe('the decorator is refused', () => {
  test('on a class', () => {
    // @ts-expect-error: a class
    @cache
    class Bare {}
    // @ts-expect-error: a class
    @cache()
    class Called {}
    // @ts-expect-error: a class
    @cache({ backend: syncStore })
    class Stored {}
    expectTypeOf([Bare, Called, Stored]).toBeArray()
  })

  test('on a setter, a field or an accessor', () => {
    class Wrong {
      // @ts-expect-error: a setter
      @cache set bareName(name: string) {
        this.field = name
      }
      // @ts-expect-error: a setter
      @cache() set calledName(name: string) {
        this.field = name
      }
      // @ts-expect-error: a setter
      @cache({ ttl: 5 }) static set staticName(_name: string) {}
      // @ts-expect-error: a field
      @cache field = 'a'
      // @ts-expect-error: a field, though it holds a function
      @cache() calledField = () => 'a'
      // @ts-expect-error: a field
      @cache({ backend: syncStore }) static staticField = 1
      // @ts-expect-error: an accessor
      @cache accessor bareAccessor = 1
      // @ts-expect-error: an accessor
      @cache() accessor calledAccessor = 1
    }
    expectTypeOf(new Wrong()).toBeObject()
  })

  test('with wrong options', () => {
    class Wrong {
      // @ts-expect-error: unknown option
      @cache({ maxsize: 10 }) unknownOption(): void {}
      // @ts-expect-error: the store decides
      @cache({ backend: syncStore, maxSize: 10 }) sizedStore(): void {}
      // @ts-expect-error: there is no store
      @cache({ exclusive: true }) exclusive(): void {}
      // @ts-expect-error: the key function takes a string
      @cache({ key: (name: string) => name }) misfit(id: number): number {
        return id
      }
      // @ts-expect-error: a getter has no arguments
      @cache({ key: (id: number) => id }) get keyedGetter(): number {
        return 1
      }
      // @ts-expect-error: over this store it would have to return a promise
      @cache({ backend: asyncStore, perInstance: false }) notLater(id: number): number {
        return id
      }
      // @ts-expect-error: over this store it would have to return a promise
      @cache({ backend: asyncStore, perInstance: false }) get notLaterTotal(): number {
        return 1
      }
    }
    expectTypeOf(new Wrong()).toBeObject()
  })
})
