/** The addon that `make build` leaves here loads, and exports a `CachedFunction` that checks the name it is given. */
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'

interface Addon {
  readonly CachedFunction: new (name: string) => { readonly name: string }
}

const { CachedFunction } = createRequire(import.meta.url)('../index.js') as Addon

describe('the native CachedFunction', () => {
  it.each(['price', ':app:src/index.js:3:14:price:0123456789abcdef+2', 'Łódź', '🚀'])(
    'keeps its name: %s',
    (name) => {
      expect(new CachedFunction(name).name).toBe(name)
    },
  )

  it.each([
    ['an empty name', ''],
    ['a separator', 'a#b'],
    ['whitespace', 'a b'],
    ['half of a surrogate pair', 'a\ud800'],
    ['8,193 bytes', 'a'.repeat(8193)],
  ])('refuses %s with the code of names', (_, name) => {
    expect(() => new CachedFunction(name)).toThrow(expect.objectContaining({ code: 'ERR_WARP_CACHE_NAME' }))
  })

  it('refuses what is not a string', () => {
    expect(() => new CachedFunction(1 as never)).toThrow()
    expect(() => new (CachedFunction as new () => unknown)()).toThrow()
  })

  it('keeps a name that cannot be replaced', () => {
    const made = new CachedFunction('price')
    expect(() => Object.assign(made, { name: 'other' })).toThrow(TypeError)
    expect(made.name).toBe('price')
  })
})
