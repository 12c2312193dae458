// cacheable: CacheableMemory for synchronous functions, Cacheable over it for asynchronous ones. Both get
// `createKey`, which spares them the hash of the arguments that is their default.

import { Cacheable, CacheableMemory, KeyvCacheableMemory } from 'cacheable'
import { textKey } from '../lib/peer.mjs'

export default {
  name: 'cacheable',
  package: 'cacheable',
  how: '`new CacheableMemory().wrap(fn, { createKey })`; asynchronous: `new Cacheable().wrap`',
  features: {
    key: 'all arguments, by a 32-bit hash of their JSON',
    equalObjects: 'yes, in the same key order; Map and Set all alike',
    bound: 'entries; LRU',
    ttl: 'yes',
    undefinedValue: 'no',
    failures: 'not kept, and the caller gets undefined',
    concurrent: 'yes',
    decorator: 'no',
    statistics: 'on request',
  },
  wrap(fn, { shape, maxSize, ttl }) {
    const cache = new CacheableMemory({ lruSize: maxSize })
    const key = textKey[shape]
    return cache.wrap(fn, { ttl, createKey: (_, args) => key(...args) })
  },
  wrapAsync(fn, { maxSize }) {
    const cache = new Cacheable({ primary: new KeyvCacheableMemory({ lruSize: maxSize }) })
    return cache.wrap(fn, { createKey: (_, args) => String(args[0]) })
  },
}
