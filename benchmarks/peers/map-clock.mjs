// A Map, and a reading of the clock for each call: what a hit costs that looks at the time itself.

import { cannot, handWritten } from '../lib/peer.mjs'

export default {
  name: 'Map and a clock',
  how: 'a Map of values and times; `performance.now()` for each call',
  wrap(fn, { shape, ttl, evicts }) {
    if (shape !== 'one' || ttl === undefined || evicts) cannot('one primitive, and a TTL')
    const map = new Map()
    const store = {
      get(key) {
        const entry = map.get(key)
        return entry !== undefined && entry.expiresAt > performance.now() ? entry.value : undefined
      },
      set: (key, value) => map.set(key, { value, expiresAt: performance.now() + ttl }),
    }
    return handWritten(store, fn, shape)
  },
}
