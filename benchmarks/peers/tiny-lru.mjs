// tiny-lru in the wrapper that its users write.

import { lru } from 'tiny-lru'
import { handWritten } from '../lib/peer.mjs'

export default {
  name: 'tiny-lru',
  package: 'tiny-lru',
  how: 'written by hand around get and set, keys as with lru-cache',
  features: {
    key: "your wrapper's, but 1 and '1' are one",
    equalObjects: "your wrapper's",
    bound: 'entries; LRU',
    ttl: 'yes',
    undefinedValue: 'with `has`',
    failures: "your wrapper's",
    concurrent: 'if you store promises',
    decorator: 'no',
    statistics: 'yes',
  },
  wrap: (fn, { shape, maxSize, ttl }) => handWritten(lru(maxSize, ttl ?? 0), fn, shape),
  wrapAsync: (fn, { maxSize }) => handWritten(lru(maxSize), fn, 'one'),
}
