/**
 * What decorated methods and getters promise, whatever the dialect of the decorators: each dialect's `methods.spec.ts`
 * writes the classes down in its own syntax, and has them checked here.
 */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type CacheControls, type CacheOptions, cache, cacheFor } from 'warp-cache'
import { turn } from './deferred'
import { FakeClock } from './fake-clock'
import { collectUntil } from './garbage'

/** The name of a method that is no string. */
export const FIND = Symbol('find')

/** What every member of `Users` returns: a new object for each run, with what the member was given. */
export interface Answer {
  readonly by: unknown
  readonly args: readonly unknown[]
}

/** Counts how often it ran, in `runs`. */
export interface Users {
  runs: number
  /** Makes the members fail. */
  error?: unknown
  readonly name: string
  byId(...args: unknown[]): Answer
  later(...args: unknown[]): Promise<Answer>
  [FIND](...args: unknown[]): Answer
  readonly total: Answer
  readonly sum: Promise<Answer>
}

export interface UsersClass {
  new (name?: string): Users
  readonly prototype: Users
  runs: number
  open(...args: unknown[]): Answer
  readonly registry: Answer
}

/** `name` says whose, `area` is overridden with `super.area` in `Square`, and not at all in `Blob`. */
export interface Shape {
  readonly name: string
  area(n: number): string
  readonly label: string
}

export interface Dialect {
  /** Every member is decorated with `cache(options)`. */
  users(options?: CacheOptions): UsersClass
  shapes(): Record<'Shape' | 'Square' | 'Blob', new (name: string) => Shape>
}

type Name = 'byId' | 'total' | typeof FIND

/** The controls on the prototype's function. Its type does not tell of them. */
function prototypeControls(Class: UsersClass, name: Name | 'later' = 'byId'): CacheControls {
  const { value, get } = Object.getOwnPropertyDescriptor(Class.prototype, name)!
  return value ?? get
}

/** The ways to make a class whose hits take each of the ways that there are. */
const KINDS: Record<string, CacheOptions> = {
  plain: {},
  ttl: { ttl: 1e9 },
  lru: { policy: 'lru' },
  'lru with a ttl': { policy: 'lru', ttl: 1e9 },
  cacheErrors: { cacheErrors: 1e9 },
  key: { key: (...args: unknown[]) => args },
  'one table, by instance': { perInstance: (self: Users) => self.name },
}

export function membersBehave({ users, shapes }: Dialect): void {
  describe.each(Object.entries(KINDS))('a method cached with the options %s', (_, options) => {
    it('runs once for the same arguments, for each instance', () => {
      const Users = users(options)
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      for (const args of [
        [],
        [1],
        [0],
        ['1', 2],
        [{ id: 1 }],
        [{ id: 1 }, 2],
        [1, 2, 3],
        [[1, 2]],
        [undefined],
      ]) {
        const value = ada.byId(...args)
        expect(value).toEqual({ by: ada, args })
        expect(ada.byId(...structuredClone(args))).toBe(value)
        expect(bob.byId(...args)).toEqual({ by: bob, args })
        expect(ada.byId(...args)).toBe(value)
      }
      expect([ada.runs, bob.runs]).toEqual([9, 9])
    })

    it('shares promises in flight, for each instance', async () => {
      const Users = users(options)
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      const promises = [ada.later(1), bob.later(1), ada.later(1), bob.later(1)]
      expect(promises[2]).toBe(promises[0])
      expect(promises[3]).toBe(promises[1])
      expect(await promises[0]).toEqual({ by: ada, args: [1] })
      expect(await promises[1]).toEqual({ by: bob, args: [1] })
      expect(ada.later(1)).toBe(promises[0])
      expect([ada.runs, bob.runs]).toEqual([1, 1])
    })

    it('is a getter as well', () => {
      const Users = users(options)
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      const { total } = ada
      expect(total).toEqual({ by: ada, args: [] })
      expect(ada.total).toBe(total)
      expect(bob.total).toEqual({ by: bob, args: [] })
      expect([ada.runs, bob.runs]).toEqual([1, 1])
    })

    it('counts calls, for each instance and over all', () => {
      const Users = users(options)
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      for (const n of [1, 1, 1, 2]) ada.byId(n)
      bob.byId(1)
      bob.total
      bob.total
      const sums = prototypeControls(Users).cacheInfo()
      expect(sums).toMatchObject({ hits: 2, misses: 3, currentSize: 3 })
      expect(prototypeControls(Users, 'total').cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
      if (options.perInstance === undefined) {
        expect(cacheFor(ada, 'byId').cacheInfo()).toMatchObject({ hits: 2, misses: 2, currentSize: 2 })
        expect(cacheFor(bob, 'byId').cacheInfo()).toMatchObject({ hits: 0, misses: 1, currentSize: 1 })
      }
    })

    it('runs uncached once it is closed', () => {
      const Users = users(options)
      const ada = new Users('ada')
      ada.byId(1)
      prototypeControls(Users).cacheClose()
      for (const args of [[1], [{ id: 1 }], [() => {}], [new Users()], [new Users(), 1], [1, 2], []]) {
        const value = ada.byId(...args)
        expect(value.args).toEqual(args)
        expect(ada.byId(...args)).not.toBe(value)
      }
    })
  })

  describe('a cached method', () => {
    it('keeps its name and number of parameters, and stays as invisible as methods are', () => {
      const Users = users()
      const { byId } = Users.prototype
      expect([byId.name, byId.length]).toEqual(['byId', 0])
      expect(Object.keys(Users.prototype)).toEqual([])
      expect(Users.prototype[FIND].name).toBe('[find]')
      expect(Object.getOwnPropertyDescriptor(Users.prototype, 'total')).toMatchObject({ enumerable: false })
    })

    it('leaves nothing on the instance, that is seen or copied', () => {
      const Users = users()
      const [used, fresh] = [new Users('ada'), new Users('ada')]
      used.byId(1)
      used.total
      used.byId({ id: 1 })
      used.runs = 0
      expect(Reflect.ownKeys(used)).toEqual(Reflect.ownKeys(fresh))
      expect(Object.keys(used)).toEqual(Object.keys(fresh))
      expect(inspect(used, { showHidden: true })).toBe(inspect(fresh, { showHidden: true }))
      expect(structuredClone({ ...used })).toEqual({ ...fresh })
      expect(used).toEqual(fresh)
    })

    it('works on frozen instances', async () => {
      const ada = Object.freeze(new (users())('ada'))
      const values = [ada.byId(1), ada.byId({ id: 1 }), ada.total, await ada.later(1)]
      expect(values.map((value) => value.by)).toEqual([ada, ada, ada, ada])
      expect([ada.byId(1), ada.byId({ id: 1 }), ada.total, await ada.later(1)]).toEqual(values)
      expect(ada.byId(1)).toBe(values[0])
    })

    it('holds maxSize entries for each instance', () => {
      const Users = users({ maxSize: 2 })
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      for (const n of [1, 2, 3]) for (const user of [ada, bob]) user.byId(n)
      expect(cacheFor(ada, 'byId').cacheInfo()).toMatchObject({ maxSize: 2, currentSize: 2, evictions: 1 })
      expect(prototypeControls(Users).cacheInfo()).toMatchObject({ maxSize: 2, currentSize: 4, evictions: 2 })
    })

    it('is a cache of its own beside the other methods of its class', () => {
      const Users = users({ maxSize: 1 })
      const ada = new Users('ada')
      const values = [ada.byId(1), ada[FIND](1), ada.total]
      expect([ada.byId(1), ada[FIND](1), ada.total]).toEqual(values)
      expect(ada.runs).toBe(3)
    })

    it('may be called on anything; what is no object has one cache in common', () => {
      const { byId } = users().prototype
      const other = { name: 'other' }
      const value = byId.call(other as never, 1)
      expect(value.by).toBe(other)
      expect(byId.call(other as never, 1)).toBe(value)
      const common = byId.call('text' as never, 1)
      for (const self of [undefined, null, 5, 'text', true]) expect(byId.call(self as never, 1)).toBe(common)
      expect(byId.call((() => {}) as never, 1)).not.toBe(common)
    })

    it('does not cache what fails', async () => {
      const Users = users()
      const ada = new Users('ada')
      ada.error = new Error('down')
      expect(() => ada.byId(1)).toThrow(ada.error as Error)
      expect(() => ada.total).toThrow(ada.error as Error)
      await expect(ada.later(1)).rejects.toBe(ada.error)
      await expect(ada.sum).rejects.toBe(ada.error)
      ada.error = undefined
      expect([ada.byId(1).by, ada.total.by, (await ada.later(1)).by, (await ada.sum).by]).toEqual([
        ada,
        ada,
        ada,
        ada,
      ])
    })

    it('gives the option `key` its instance as `this`', () => {
      const Users = users({
        key: function (this: Users, id: unknown) {
          return [this.name, typeof id]
        },
      })
      const ada = new Users('ada')
      expect(ada.byId(1)).toBe(ada.byId(2))
      expect([...cacheFor(ada, 'byId').cacheEntries()]).toMatchObject([{ key: ['ada', 'number'] }])
    })

    it('forgets what has expired', () => {
      const clock = new FakeClock()
      const Users = users({ ttl: 100, now: clock.now })
      const ada = new Users('ada')
      ada.byId(1)
      ada.total
      clock.advance(99)
      ada.byId(1)
      ada.total
      expect(ada.runs).toBe(2)
      clock.advance(1)
      expect(prototypeControls(Users).cacheInfo()).toMatchObject({ currentSize: 0, expirations: 1 })
      ada.byId(1)
      ada.total
      expect(ada.runs).toBe(4)
    })
  })

  describe('a static method or getter', () => {
    it('has a cache for its class, and one for each subclass', () => {
      const Users = users()
      class Admins extends Users {}
      const value = Users.open(1)
      expect(Users.open(1)).toBe(value)
      expect(Admins.open(1)).toEqual({ by: Admins, args: [1] })
      expect(Admins.open(1)).toBe(Admins.open(1))
      expect(Users.registry).toBe(Users.registry)
      expect(Admins.registry).toEqual({ by: Admins, args: [] })
      expect(cacheFor(Users, 'open').cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
      expect(cacheFor(Admins, 'open').cacheInfo()).toMatchObject({ hits: 2, misses: 1 })
      expect(cacheFor(Users, 'registry').cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
    })
  })

  describe('inheritance', () => {
    it('lets super and overrides be what they are without caches', () => {
      const { Shape, Square, Blob } = shapes()
      for (const [Class, area, label] of [
        [Shape, 'shape 2 of it', 'shape it'],
        [Square, 'square, shape 2 of it', 'square, shape it'],
        [Blob, 'shape 2 of it', 'shape it'],
      ] as const) {
        const one = new Class('it')
        for (let i = 0; i < 3; i++) {
          expect(one.area(2)).toBe(area)
          expect(one.label).toBe(label)
        }
      }
    })

    it('has a cache for each level', () => {
      const { Shape, Square } = shapes()
      const square = new Square('it')
      square.area(1)
      square.area(1)
      expect(cacheFor(square, 'area').cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
      expect(cacheFor(square, Shape.prototype.area).cacheInfo()).toMatchObject({ hits: 0, misses: 1 })
      expect(cacheFor(square, Square.prototype.area).cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
      cacheFor(square, 'area').cacheClear()
      square.area(1)
      expect(cacheFor(square, Shape.prototype.area).cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
    })
  })

  describe('an instance', () => {
    it('can be collected, and its entries with it', async () => {
      const Users = users()
      const refs = ((): WeakRef<object>[] => {
        const ada = new Users('ada')
        return [ada, ada.byId(1), ada.byId({ id: 1 }), ada.total, ada.byId(1, 2)].map(
          (held) => new WeakRef(held),
        )
      })()
      expect(await collectUntil(() => refs.every((ref) => ref.deref() === undefined))).toBe(true)
    })

    it('can be collected also if its entries expire, or were read by its controls', async () => {
      const Users = users({ ttl: 1e9, policy: 'lru' })
      const refs = (() => {
        const ada = new Users('ada')
        const value = ada.byId(1)
        for (const _ of cacheFor(ada, 'byId').cacheEntries()) ada.byId(1)
        return [new WeakRef(ada), new WeakRef(value)]
      })()
      expect(await collectUntil(() => refs.every((ref) => ref.deref() === undefined))).toBe(true)
    })

    it('keeps its entries as long as it lives', async () => {
      const Users = users()
      const ada = new Users('ada')
      const value = new WeakRef(ada.byId(1))
      await collectUntil(() => value.deref() === undefined)
      expect(ada.runs).toBe(1)
      expect(ada.byId(1)).toBe(value.deref())
      expect(ada.runs).toBe(1)
    })

    it('leaves its counts when it is collected, but no entries', async () => {
      const Users = users()
      const stays = new Users('stays')
      stays.byId(1)
      const ref = (() => {
        const goes = new Users('goes')
        for (const n of [1, 1, 2]) goes.byId(n)
        return new WeakRef(goes)
      })()
      const { cacheInfo, cacheClear } = prototypeControls(Users)
      expect(cacheInfo()).toMatchObject({ hits: 1, misses: 3, currentSize: 3 })
      expect(await collectUntil(() => ref.deref() === undefined && cacheInfo().currentSize === 1)).toBe(true)
      for (let i = 0; i < 3; i++) {
        expect(cacheInfo()).toMatchObject({ hits: 1, misses: 3, currentSize: 1 })
        await turn()
      }
      cacheClear()
      expect(cacheInfo()).toMatchObject({ hits: 0, misses: 0, currentSize: 0 })
    })
  })

  describe('the controls on the prototype’s function', () => {
    it('sum up all instances, and calls without one', () => {
      const Users = users()
      const all = [new Users('ada'), new Users('bob'), undefined]
      for (const user of all) for (const n of [1, 1, 2]) Users.prototype.byId.call(user as never, n)
      expect(prototypeControls(Users).cacheInfo()).toMatchObject({ hits: 3, misses: 6, currentSize: 6 })
      expect(Object.isFrozen(prototypeControls(Users).cacheInfo())).toBe(true)
    })

    it('clear all instances', () => {
      const Users = users()
      const all = [new Users('ada'), new Users('bob')]
      const values = all.map((user) => user.byId(1))
      prototypeControls(Users).cacheClear()
      expect(prototypeControls(Users).cacheInfo()).toMatchObject({ hits: 0, misses: 0, currentSize: 0 })
      for (const [i, user] of all.entries()) expect(user.byId(1)).not.toBe(values[i])
    })

    it.each(['cacheClose', Symbol.dispose] as const)(
      'close all instances, and those to come: %s',
      (control) => {
        const Users = users()
        const [ada, bob] = [new Users('ada'), new Users('bob')]
        for (const user of [ada, bob]) user.byId(1)
        prototypeControls(Users)[control]()
        for (const user of [ada, bob, new Users('new')]) expect(user.byId(1)).not.toBe(user.byId(1))
        expect(prototypeControls(Users).cacheInfo()).toMatchObject({ hits: 0, misses: 0, currentSize: 0 })
        expect(ada.total).toBe(ada.total)
      },
    )

    it.each(['cacheDelete', 'cacheHas', 'cachePeek', 'cacheSet', 'cacheRefresh', 'cacheEntries'] as const)(
      'need an instance for %s, and say how to name it',
      (control) => {
        const Users = users()
        for (const name of ['byId', 'total'] as const) {
          expect(() =>
            (prototypeControls(Users, name)[control] as (...args: unknown[]) => unknown)([1], 1),
          ).toThrow(
            expect.objectContaining({
              name: 'TypeError',
              code: 'ERR_WARP_CACHE_UNSUPPORTED',
              message: expect.stringMatching(
                new RegExp(`${control}.*cacheFor\\(instance, .*${name}.*\\)`, 's'),
              ),
            }),
          )
        }
      },
    )
  })

  describe('cacheFor', () => {
    it('gives the controls of one instance', async () => {
      const Users = users()
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      for (const user of [ada, bob]) for (const n of [1, 2]) user.byId(n)
      const controls = cacheFor(ada, 'byId')
      expect([...controls.cacheEntries()].map(({ args }) => args)).toEqual([[1], [2]])
      expect(controls.cachePeek(1)).toBe(ada.byId(1))
      expect(controls.cacheDelete(1)).toBe(true)
      expect([controls.cacheHas(1), controls.cacheHas(2)]).toEqual([false, true])
      controls.cacheSet([3], { by: 'hand', args: [] })
      expect(ada.byId(3)).toEqual({ by: 'hand', args: [] })
      expect(controls.cacheRefresh(3)).toEqual({ by: ada, args: [3] })
      expect(ada.byId(3).by).toBe(ada)
      expect(controls.cacheInfo()).toMatchObject({ hits: 3, misses: 2, currentSize: 2 })
      controls.cacheClear()
      expect(controls.cacheInfo()).toMatchObject({ hits: 0, misses: 0, currentSize: 0 })
      expect(cacheFor(bob, 'byId').cacheInfo()).toMatchObject({ hits: 0, misses: 2, currentSize: 2 })
      expect(bob.runs).toBe(2)
    })

    it('finds a method by its name, its symbol, or itself', () => {
      const Users = users()
      const ada = new Users('ada')
      ada.byId(1)
      ada[FIND](1)
      for (const controls of [
        cacheFor(ada, 'byId'),
        cacheFor(ada, Users.prototype.byId),
        cacheFor(ada, FIND),
      ]) {
        expect(controls.cacheInfo()).toMatchObject({ misses: 1, currentSize: 1 })
      }
    })

    it('finds a getter by its name, without running it, or itself', () => {
      const Users = users()
      const ada = new Users('ada')
      const byName = cacheFor(ada, 'total')
      expect(ada.runs).toBe(0)
      const { total } = ada
      expect(byName.cachePeek()).toBe(total)
      const { get } = Object.getOwnPropertyDescriptor(Users.prototype, 'total')!
      expect(cacheFor(ada, get!).cachePeek()).toBe(total)
      expect(byName.cacheRefresh()).not.toBe(total)
      expect(byName.cacheDelete()).toBe(true)
    })

    it('finds what a subclass inherits', () => {
      const Users = users()
      class Admins extends Users {}
      const root = new Admins('root')
      root.byId(1)
      expect(cacheFor(root, 'byId').cacheInfo()).toMatchObject({ misses: 1 })
    })

    it('finds the cached function that a field holds', () => {
      class Service {
        readonly name = 'service'
        readonly load = cache((id: number) => `${id} of ${this.name}`)
      }
      const service = new Service()
      expect(service.load(1)).toBe('1 of service')
      cacheFor(service, 'load').cacheSet([1], 'by hand')
      expect(service.load(1)).toBe('by hand')
      expect(new Service().load(1)).toBe('1 of service')
    })

    it.each(['cacheClose', Symbol.dispose] as const)('closes that instance alone: %s', (control) => {
      const Users = users()
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      const value = bob.byId(1)
      ada.byId(1)
      cacheFor(ada, 'byId')[control]()
      for (const args of [[1], [{ id: 1 }], [1, 2], []]) {
        expect(ada.byId(...args)).not.toBe(ada.byId(...args))
        expect(bob.byId(...args)).toBe(bob.byId(...args))
      }
      expect(bob.byId(1)).toBe(value)
    })

    it('holds its instance, and not the other way round', async () => {
      const Users = users()
      const [controls, ref] = (() => {
        const ada = new Users('ada')
        ada.byId(1)
        return [cacheFor(ada, 'byId'), new WeakRef(ada)]
      })()
      await collectUntil(() => ref.deref() === undefined)
      expect(controls.cacheHas(1)).toBe(true)
      expect(controls.cacheRefresh(1)).toMatchObject({ by: ref.deref() })
    })

    it.each([
      ['no method', (ada: Users) => cacheFor(ada, 'absent' as never), "'absent'"],
      ['a property', (ada: Users) => cacheFor(ada, 'name'), "'name'"],
      [
        'an inherited method that is not cached',
        (ada: Users) => cacheFor(ada, 'toString' as never),
        "'toString'",
      ],
      ['a function that is not cached', (ada: Users) => cacheFor(ada, () => {}), ''],
      ['undefined', (ada: Users) => cacheFor(ada, undefined as never), ''],
    ])('refuses %s', (_, find, name) => {
      expect(() => find(new (users())('ada'))).toThrow(
        expect.objectContaining({
          name: 'TypeError',
          code: 'ERR_WARP_CACHE_TARGET',
          message: expect.stringContaining(name),
        }),
      )
    })

    it.each([undefined, null, 5, 'text', Symbol('instance')])('refuses %s for an instance', (instance) => {
      expect(() => cacheFor(instance as never, 'byId' as never)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'ERR_WARP_CACHE_TARGET' }),
      )
    })
  })

  describe('perInstance: false', () => {
    it('lets all instances share their entries', () => {
      const Users = users({ perInstance: false })
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      const value = ada.byId(1)
      expect(value.by).toBe(ada)
      expect(bob.byId(1)).toBe(value)
      expect(bob.total).toBe(ada.total)
      expect(bob.runs).toBe(1)
    })

    it('puts every control on the prototype’s function, which are those of each instance too', () => {
      const Users = users({ perInstance: false })
      const ada = new Users('ada')
      const value = ada.byId(1)
      const controls = prototypeControls(Users)
      expect([controls.cacheHas(1), controls.cachePeek(1)]).toEqual([true, value])
      expect(cacheFor(ada, 'byId').cacheInfo()).toEqual(controls.cacheInfo())
      expect(cacheFor(ada, 'byId').cacheDelete(1)).toBe(true)
      expect([...controls.cacheEntries()]).toEqual([])
    })
  })

  describe('perInstance: (self) => key', () => {
    const byName = { perInstance: (self: Users) => self.name } as CacheOptions

    it('lets instances with an equal key share their entries', () => {
      const Users = users(byName)
      const [ada, other, bob] = [new Users('ada'), new Users('ada'), new Users('bob')]
      const value = ada.byId(1)
      expect(other.byId(1)).toBe(value)
      expect(bob.byId(1)).not.toBe(value)
      expect(other.total).toBe(ada.total)
      expect([ada.runs, other.runs, bob.runs]).toEqual([1, 1, 1])
    })

    it('takes any key that arguments could be', () => {
      const Users = users({ perInstance: (self: Users) => ({ of: [self.name, 1] }) } as CacheOptions)
      expect(new Users('ada').byId([1])).toBe(new Users('ada').byId([1]))
      expect(new Users('ada').byId([1])).not.toBe(new Users('bob').byId([1]))
    })

    it('does not mix its key up with the arguments', () => {
      const Users = users({ perInstance: (self: Users) => self.name.split(',') } as CacheOptions)
      const values = [
        new Users('a').byId('b', 'c'),
        new Users('a,b').byId('c'),
        new Users('a,b,c').byId(),
        new Users('a').byId(['b', 'c']),
      ]
      expect(new Set(values).size).toBe(4)
    })

    it('gives each instance the controls of its own entries', () => {
      const Users = users(byName)
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      for (const user of [ada, bob]) for (const args of [[1], [{ x: 1 }, 2], []]) user.byId(...args)
      const controls = cacheFor(ada, 'byId')
      expect([...controls.cacheEntries()].map(({ args, value }) => [args, value.by])).toEqual([
        [[1], ada],
        [[{ x: 1 }, 2], ada],
        [[], ada],
      ])
      expect(controls.cacheDelete(1)).toBe(true)
      expect([controls.cacheHas(1), cacheFor(bob, 'byId').cacheHas(1)]).toEqual([false, true])
      controls.cacheSet([1], { by: 'hand', args: [] })
      expect(ada.byId(1).by).toBe('hand')
      expect(controls.cacheRefresh(1).by).toBe(ada)
      expect(bob.byId(1).by).toBe(bob)
    })

    it('goes together with the option `key`', () => {
      const Users = users({ ...byName, key: (id: unknown) => ({ kind: typeof id }) })
      const [ada, bob] = [new Users('ada'), new Users('bob')]
      expect(ada.byId(1)).toBe(ada.byId(2))
      expect(ada.byId(1)).not.toBe(bob.byId(1))
      expect([...cacheFor(ada, 'byId').cacheEntries()]).toMatchObject([{ key: { kind: 'number' } }])
    })

    it('refuses a key that cannot be one, and says whose it is', () => {
      const Users = users({ perInstance: (self: Users) => self } as CacheOptions)
      expect(() => new Users('ada').byId(1)).toThrow(
        expect.objectContaining({
          code: 'ERR_WARP_CACHE_KEY',
          message: expect.stringContaining('perInstance'),
        }),
      )
    })

    it('needs an instance for the controls of one', () => {
      const { cacheInfo, cacheClear, cacheHas } = prototypeControls(users(byName))
      expect(() => cacheHas(1)).toThrow(expect.objectContaining({ code: 'ERR_WARP_CACHE_UNSUPPORTED' }))
      cacheClear()
      expect(cacheInfo()).toMatchObject({ hits: 0, misses: 0 })
    })
  })
}
