/** The forms of `cache` in the dialect of `experimentalDecorators`, and what it refuses to decorate. */
import { describe, expect, it, vi } from 'vitest'
import { cache, cacheFor } from 'warp-cache'

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

  it('without a compiler, by the descriptor that it returns', () => {
    class Plain {
      load(n: number): object {
        return { n }
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Plain.prototype, 'load')!
    Object.defineProperty(Plain.prototype, 'load', cache(Plain.prototype, 'load', descriptor))
    const plain = new Plain()
    expect(plain.load(1)).toBe(plain.load(1))
    expect(Object.getOwnPropertyDescriptor(Plain.prototype, 'load')).toMatchObject({
      writable: true,
      enumerable: false,
      configurable: true,
    })
  })
})

it('a decorator beside others caches what stands below it, and is called by what stands above', () => {
  const log = vi.fn()
  const logged = (label: string) => (_target: object, _name: string, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...args: unknown[]) => unknown
    descriptor.value = function (this: unknown, ...args: unknown[]) {
      log(label)
      return method.apply(this, args)
    }
  }
  class Stacked {
    @logged('above') @cache @logged('below') run(n: number): object {
      return { n }
    }
  }
  const stacked = new Stacked()
  expect(stacked.run(1)).toBe(stacked.run(1))
  expect(log.mock.calls.flat()).toEqual(['above', 'below', 'above'])
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
    'the static field, with options': () => {
      class Service {
        readonly id = 1
        // @ts-expect-error: a field is no method
        @cache({ maxSize: 1 }) static load = () => 1
      }
      return Service
    },
    // Its type is that of a getter.
    'the setter': () => {
      class Service {
        @cache set value(_value: number) {}
      }
      return Service
    },
  }

  it.each(Object.entries(define))('%s, and names it', (what, act) => {
    const kind = what.split(',')[0].replace('static ', '').replace('a class', "the class 'Service'")
    expect(act).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_WARP_CACHE_TARGET',
        message: expect.stringMatching(new RegExp(`not for ${kind}( '(value|load)')?\\.`)),
      }),
    )
  })

  it('a parameter', () => {
    const decorate = cache({}) as unknown as (target: object, method: string, index: number) => void
    expect(() => decorate({ load: () => 1 }, 'load', 0)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_WARP_CACHE_TARGET',
        message: expect.stringContaining('a parameter of load'),
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
})
