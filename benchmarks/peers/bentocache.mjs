// bentocache with its memory layer alone, without serialisation.

import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { cannot } from '../lib/peer.mjs'

export default {
  name: 'bentocache',
  package: 'bentocache',
  how: '`getOrSet({ key, factory })` over `memoryDriver({ serialize: false })`',
  features: {
    key: 'a string, by you',
    equalObjects: "your key's",
    bound: 'entries or size; LRU',
    ttl: 'yes',
    undefinedValue: 'throws',
    failures: 'not kept',
    concurrent: 'yes',
    decorator: 'no',
    statistics: 'events',
  },
  wrap: () => cannot('asynchronous only'),
  wrapAsync(fn, { maxSize }) {
    const layer = memoryDriver({ maxItems: maxSize, serialize: false })
    const cache = new BentoCache({ default: 'memory', stores: { memory: bentostore().useL1Layer(layer) } })
    return (key) => cache.getOrSet({ key: String(key), ttl: '1h', factory: () => fn(key) })
  },
}
