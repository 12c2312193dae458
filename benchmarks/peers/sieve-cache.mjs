// @neophi/sieve-cache in the wrapper that its users write.

import { SieveCache } from '@neophi/sieve-cache'
import { cannot, handWritten } from '../lib/peer.mjs'

export default {
  name: '@neophi/sieve-cache',
  package: '@neophi/sieve-cache',
  how: 'written by hand around get and set, keys as with lru-cache',
  features: {
    key: "your wrapper's",
    equalObjects: "your wrapper's",
    bound: 'entries; SIEVE',
    ttl: 'no',
    undefinedValue: 'with `has`',
    failures: "your wrapper's",
    concurrent: 'if you store promises',
    decorator: 'no',
    statistics: 'no',
  },
  wrap(fn, { shape, maxSize, ttl }) {
    if (ttl !== undefined) cannot('has no TTL')
    return handWritten(new SieveCache(maxSize), fn, shape)
  },
  wrapAsync: (fn, { maxSize }) => handWritten(new SieveCache(maxSize), fn, 'one'),
}
