// p-memoize: promises in flight are shared, settled values go to a Map.

import pMemoize from 'p-memoize'
import { cannot } from '../lib/peer.mjs'

export default {
  name: 'p-memoize',
  package: 'p-memoize',
  how: '`pMemoize(fn)`, unbounded',
  features: {
    key: 'the first argument, by identity',
    equalObjects: 'no (cacheKey)',
    bound: 'none (bring a store)',
    ttl: 'no (bring a store)',
    undefinedValue: 'yes',
    failures: 'not kept',
    concurrent: 'yes',
    decorator: 'TC39',
    statistics: 'no',
  },
  wrap: () => cannot('asynchronous only'),
  wrapAsync: (fn) => pMemoize(fn),
}
