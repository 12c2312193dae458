// nano-memoize: a Map for one argument, a list of argument lists for more.

import nanoMemoize from 'nano-memoize'
import { cannot } from '../lib/peer.mjs'

const { nanomemoize } = nanoMemoize

export default {
  name: 'nano-memoize',
  package: 'nano-memoize',
  how: '`nanomemoize(fn)`, unbounded; objects by serializer: JSON.stringify',
  linear: 'looks through its entries one by one where there are several arguments',
  linearShapes: ['two'],
  features: {
    key: 'all arguments, by identity; several entry by entry',
    equalObjects: 'no (serializer)',
    bound: 'none',
    ttl: 'yes',
    undefinedValue: 'no, nor null, 0, false',
    failures: 'rejections are kept',
    concurrent: 'yes',
    decorator: 'no',
    statistics: 'no',
  },
  wrap(fn, { shape, ttl, evicts }) {
    if (evicts) cannot('has no bound')
    const options = {}
    if (ttl !== undefined) options.maxAge = ttl
    if (shape !== 'object') return nanomemoize(fn, options)
    // What the serializer returns is what the function is called with.
    return nanomemoize((text) => fn(JSON.parse(text)), { ...options, serializer: JSON.stringify })
  },
  wrapAsync: (fn) => nanomemoize(fn),
}
