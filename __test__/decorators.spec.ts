/** The forms of `cache` in the TC39 dialect of decorators, and what it refuses to decorate. */
import { describe, expect, it, vi } from 'vitest'
import { type Cached, cache, cacheFor } from 'warp-cache'
import * as targets from './support/targets'

describe('a decorator may be written', () => {
  class Forms {
    runs = 0

    @cache bare(n: number): object {
      return { n, run: ++this.runs }
    }
    @cache() called(n: number): object {
      return { n, run: ++this.runs }
    }
    @cache({}) empty(n: number): object {
      return { n, run: ++this.runs }
    }
    @cache({ maxSize: 1 }) configured(n: number): object {
      return { n, run: ++this.runs }
    }
    @cache get bareGetter(): object {
      return { run: ++this.runs }
    }
    @cache() get calledGetter(): object {
      return { run: ++this.runs }
    }
    @cache static bareStatic(n: number): object {
      return { n }
    }
    @cache({ maxSize: 1 }) static configuredStatic(n: number): object {
      return { n }
    }
  }

  it.each(['bare', 'called', 'empty', 'configured'] as const)('on a method: %s', (name) => {
    const forms = new Forms()
    expect(forms[name](1)).toBe(forms[name](1))
    expect(forms[name](1)).not.toBe(forms[name](2))
    expect(cacheFor(forms, name).cacheInfo().maxSize).toBe(name === 'configured' ? 1 : 128)
  })

  it.each(['bareGetter', 'calledGetter'] as const)('on a getter: %s', (name) => {
    const forms = new Forms()
    expect(forms[name]).toBe(forms[name])
    expect(forms.runs).toBe(1)
  })

  it.each(['bareStatic', 'configuredStatic'] as const)('on a static method: %s', (name) => {
    expect(Forms[name](1)).toBe(Forms[name](1))
    expect(cacheFor(Forms, name).cacheInfo()).toMatchObject({ hits: 1, misses: 1 })
  })

  it('once, and put on any number of methods and functions, each with a cache of its own', () => {
    const small = cache({ maxSize: 1 })
    class Shared {
      @small one(n: number): object {
        return { n }
      }
      @small two(n: number): object {
        return { n }
      }
      @small get three(): object {
        return {}
      }
    }
    const shared = new Shared()
    const four = small((n: number) => ({ n }))
    const values = [shared.one(1), shared.two(1), shared.three, four(1)]
    expect([shared.one(1), shared.two(1), shared.three, four(1)]).toEqual(values)
    expect(new Set(values).size).toBe(4)
    expect(four.cacheInfo()).toMatchObject({ maxSize: 1, hits: 1, misses: 1 })
  })
})

describe('a decorator beside others', () => {
  const log = vi.fn()
  const logged =
    (label: string) =>
    <This, A extends unknown[], R>(
      method: (this: This, ...args: A) => R,
      _context: ClassMethodDecoratorContext,
    ) =>
      function (this: This, ...args: A): R {
        log(label)
        return method.apply(this, args)
      }

  it('caches what stands below it, and is called by what stands above', () => {
    class Stacked {
      @logged('above') @cache @logged('below') run(n: number): object {
        return { n }
      }
    }
    const stacked = new Stacked()
    expect(stacked.run(1)).toBe(stacked.run(1))
    expect(log.mock.calls.flat()).toEqual(['above', 'below', 'above'])
  })
})

it('a setter beside a cached getter stays as it is', () => {
  class Temperature {
    runs = 0
    private kelvin = 300

    @cache get celsius(): number {
      this.runs++
      return this.kelvin - 273
    }
    set celsius(value: number) {
      this.kelvin = value + 273
      cacheFor(this, 'celsius').cacheClear()
    }
  }
  const temperature = new Temperature()
  expect([temperature.celsius, temperature.celsius, temperature.runs]).toEqual([27, 27, 1])
  temperature.celsius = 20
  expect([temperature.celsius, temperature.celsius, temperature.runs]).toEqual([20, 20, 2])
})

describe('it refuses, when the class is defined,', () => {
  const define = {
    'a class': () => {
      // @ts-expect-error: a class is no method
      @cache
      class Service {}
      return Service
    },
    'a class, with options': () => {
      // @ts-expect-error: a class is no method
      @cache({})
      class Service {}
      return Service
    },
    'the field': () => {
      class Service {
        // @ts-expect-error: a field is no method
        @cache value = 1
      }
      return Service
    },
    'the field, with options': () => {
      class Service {
        // @ts-expect-error: a field is no method
        @cache({ maxSize: 1 }) load = () => 1
      }
      return Service
    },
    'the setter': () => {
      class Service {
        // @ts-expect-error: a setter returns nothing
        @cache set value(_value: number) {}
      }
      return Service
    },
    'the accessor': () => {
      class Service {
        // @ts-expect-error: an accessor is no method
        @cache() accessor value = 1
      }
      return Service
    },
    'the static field': () => {
      class Service {
        readonly id = 1
        // @ts-expect-error: a field is no method
        @cache static value = 1
      }
      return Service
    },
  }

  it.each(Object.entries(define))('%s, and names it', (what, act) => {
    const [kind] = what.replace('static ', '').split(',')
    expect(act).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_WARP_CACHE_TARGET',
        message: expect.stringMatching(new RegExp(`not for ${kind}( '(value|load)')?\\.`)),
      }),
    )
  })

  it('a generator method', () => {
    expect(() => {
      class Service {
        @cache *pages(): Generator<number> {
          yield 1
        }
      }
      return Service
    }).toThrow(
      expect.objectContaining({ code: 'ERR_WARP_CACHE_TARGET', message: expect.stringContaining('pages') }),
    )
  })

  it('options that are wrong, also where nothing is decorated yet', () => {
    expect(() => cache({ maxSize: -1 })).toThrow(RangeError)
    expect(() => cache({ maxsize: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_WARP_CACHE_OPTION' }),
    )
  })
})

describe('cache() refuses', () => {
  it.each(Object.entries(targets.noFunctions))('%s in place of a function', (_, target) => {
    const refused = expect.objectContaining({
      name: 'TypeError',
      code: expect.stringMatching(/_(TARGET|OPTION)$/),
    })
    expect(() => cache(target as never, {})).toThrow(refused)
    expect(() => cache({})(target as never)).toThrow(refused)
  })

  it.each(Object.entries(targets.uncacheable))('%s', (_, target) => {
    const refused = expect.objectContaining({ name: 'TypeError', code: 'ERR_WARP_CACHE_TARGET' })
    expect(() => cache(target as never)).toThrow(refused)
    expect(() => cache({})(target as never)).toThrow(refused)
  })

  it.each(Object.entries(targets.cacheable))('not %s', (_, target) => {
    expect(cache(target as () => unknown)).toBeTypeOf('function')
    expect((cache({})(target as () => unknown) as Cached<() => unknown>).cacheInfo).toBeTypeOf('function')
  })

  it('perInstance with a function, which has no instances', () => {
    expect(() => cache(() => 1, { perInstance: () => 1 })).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_WARP_CACHE_OPTION' }),
    )
  })
})
