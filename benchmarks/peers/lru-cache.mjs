// lru-cache in the wrapper that its users write. This is the baseline of the bars.

import { LRUCache } from 'lru-cache'
import { handWritten } from '../lib/peer.mjs'

export default {
  name: 'lru-cache',
  package: 'lru-cache',
  how: 'written by hand around get and set; two arguments joined to a string, objects by JSON.stringify',
  features: {
    key: "your wrapper's",
    equalObjects: "your wrapper's",
    bound: 'entries or size; LRU',
    ttl: 'yes',
    undefinedValue: 'no',
    failures: 'not kept (fetch)',
    concurrent: 'yes (fetch)',
    decorator: 'no',
    statistics: 'per call (status)',
  },
  wrap: (fn, { shape, maxSize, ttl }) => handWritten(store(maxSize, ttl), fn, shape),
  wrapAsync: (fn, { maxSize }) => handWritten(store(maxSize), fn, 'one'),

  /** A cache per instance, held weakly: what a careful user writes in a method. */
  decorate(prototype, name, fn, { maxSize }) {
    const stores = new WeakMap()
    prototype[name] = function (key) {
      let own = stores.get(this)
      if (own === undefined) {
        own = store(maxSize)
        stores.set(this, own)
      }
      const known = own.get(key)
      if (known !== undefined) return known
      const value = fn.call(this, key)
      own.set(key, value)
      return value
    }
  },
}

function store(max, ttl) {
  return ttl === undefined ? new LRUCache({ max }) : new LRUCache({ max, ttl })
}
