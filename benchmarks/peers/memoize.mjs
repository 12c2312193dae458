// memoize: unbounded by default, bounded by a quick-lru as its manual advises, where a case needs the bound.

import memoize, { memoizeDecorator } from 'memoize'
import QuickLRU from 'quick-lru'

const KEY = {
  one: undefined,
  two: ([a, b]) => `${a}:${b}`,
  object: ([argument]) => JSON.stringify(argument),
}

export default {
  name: 'memoize',
  package: 'memoize',
  how: '`memoize(fn, { cacheKey })`, unbounded; with a quick-lru where a case needs the bound',
  features: {
    key: 'the first argument, by identity',
    equalObjects: 'no (cacheKey)',
    bound: 'none (bring a store)',
    ttl: 'yes',
    undefinedValue: 'yes',
    failures: 'rejections are kept',
    concurrent: 'yes',
    decorator: 'legacy',
    statistics: 'no',
  },
  wrap(fn, { shape, maxSize, ttl, evicts }) {
    const options = {}
    if (KEY[shape]) options.cacheKey = KEY[shape]
    if (ttl !== undefined) options.maxAge = ttl
    if (evicts) options.cache = new QuickLRU({ maxSize })
    return memoize(fn, options)
  },
  wrapAsync: (fn) => memoize(fn),
  decorate(prototype, name, fn) {
    const descriptor = { value: fn, writable: true, enumerable: false, configurable: true }
    Object.defineProperty(prototype, name, descriptor)
    memoizeDecorator()(prototype, name, descriptor)
    Object.defineProperty(prototype, name, descriptor)
  },
}
