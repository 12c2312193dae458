/**
 * What decorated methods and getters promise, whatever the dialect of the decorators: each dialect's `methods.spec.ts`
 * writes the classes down in its own syntax, and has them checked here. The controls are in `member-controls.ts`.
 */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type CacheOptions, cacheFor } from 'warp-cache'
import { turn } from './deferred'
import { FakeClock } from './fake-clock'
import { collectUntil } from './garbage'
import { type Dialect, FIND, prototypeControls, type Users } from './member-classes'

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
}
