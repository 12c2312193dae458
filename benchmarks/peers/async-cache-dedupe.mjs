// async-cache-dedupe with its memory storage.

import { createCache } from 'async-cache-dedupe'
import { cannot } from '../lib/peer.mjs'

const HOUR_S = 3_600

export default {
  name: 'async-cache-dedupe',
  package: 'async-cache-dedupe',
  how: '`createCache({ ttl, storage: memory }).define(name, fn)`',
  features: {
    key: "the first argument, as sorted JSON (1 and '1' are one)",
    equalObjects: 'yes, in any key order; Map and Set all alike',
    bound: 'entries; LRU',
    ttl: 'yes',
    undefinedValue: 'no',
    failures: 'not kept (a synchronous throw is)',
    concurrent: 'yes',
    decorator: 'no',
    statistics: 'events',
  },
  wrap: () => cannot('asynchronous only'),
  wrapAsync(fn, { maxSize }) {
    const cache = createCache({ ttl: HOUR_S, storage: { type: 'memory', options: { size: maxSize } } })
    cache.define('compute', fn)
    return (key) => cache.compute(key)
  },
}
