// ocache with its memory storage and a key function, which spares it the hash of the arguments.

import { createMemoryStorage, defineCachedFunction } from 'ocache'
import { cannot } from '../lib/peer.mjs'

const HOUR_S = 3_600

export default {
  name: 'ocache',
  package: 'ocache',
  how: '`defineCachedFunction(fn, { maxAge, getKey })` over `createMemoryStorage({ maxSize })`',
  features: {
    key: 'all arguments, by a hash',
    equalObjects: 'yes, in any key order',
    bound: 'entries or bytes; LRU',
    ttl: 'yes, 1 s by default',
    undefinedValue: 'no',
    failures: 'not kept',
    concurrent: 'yes',
    decorator: 'no',
    statistics: 'no',
  },
  wrap: () => cannot('asynchronous only'),
  wrapAsync(fn, { maxSize, name }) {
    return defineCachedFunction(fn, {
      name: name ?? 'compute',
      maxAge: HOUR_S,
      swr: false,
      getKey: (key) => String(key),
      storage: createMemoryStorage({ maxSize }),
    })
  },
}
