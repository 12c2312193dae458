// What does `await cached(key)` cost where the promise has long been settled?

import { CAPACITY, numbers, strings, sumOf } from '../lib/keys.mjs'
import { nsPerHit } from '../lib/measure.mjs'
import { cannot } from '../lib/peer.mjs'
import { EVERY_PEER } from '../peers/index.mjs'

export default {
  name: 'hit-awaited',
  title: 'Awaited hit of an asynchronous function',
  unit: 'ns',
  baseline: 'Map',
  subjects: EVERY_PEER,
  variants: ['number', 'string'],

  async run({ peer, variant, quick }) {
    let computed = 0
    const fn = async (key) => {
      computed++
      return weight(key) + 1
    }
    if (peer.wrapAsync === undefined) cannot('cannot compute')
    const keys = variant === 'number' ? numbers() : strings()
    const cached = peer.wrapAsync(fn, { maxSize: CAPACITY })
    const sweep = async () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += await cached(keys[i])
      return sum
    }
    const hit = await nsPerHit({
      sweep,
      calls: keys.length,
      expected: sumOf(keys.length, (i) => weight(keys[i]) + 1),
      computed: () => computed,
      quick,
    })
    return { values: { [variant]: hit.ns }, spread: hit.spread }
  },
}

const weight = (key) => (typeof key === 'number' ? key : key.length)
