/** The controls of decorated methods and getters, of one instance and of all, whatever the dialect of the decorators. */
import { describe, expect, it } from 'vitest'
import { type CacheOptions, cache, cacheFor } from 'warp-cache'
import { collectUntil } from './garbage'
import { type Dialect, FIND, prototypeControls, type Users } from './member-classes'

export function memberControlsBehave({ users }: Dialect): void {
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
