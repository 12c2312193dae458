// What does a hit cost that must look at the clock? The entries live for an hour: none expires here.

import { CAPACITY, numbers, strings, sumOf } from '../lib/keys.mjs'
import { nsPerHit } from '../lib/measure.mjs'
import { EVERY_PEER } from '../peers/index.mjs'

const HOUR_MS = 3_600_000

export default {
  name: 'hit-ttl',
  title: 'Hit with a TTL',
  unit: 'ns',
  baseline: 'warp-cache, no TTL',
  subjects: [
    { id: 'warp-cache, no TTL', peer: 'warp-cache', form: 'plain' },
    'Map and a clock',
    ...EVERY_PEER,
  ],
  variants: ['number', 'string'],
  note: () => 'none expires',

  async run({ peer, variant, form, quick }) {
    let computed = 0
    const fn = (key) => {
      computed++
      return weight(key) + 1
    }
    const keys = variant === 'number' ? numbers() : strings()
    const options = { shape: 'one', maxSize: CAPACITY }
    const cached = peer.wrap(fn, form === 'plain' ? options : { ...options, ttl: HOUR_MS })
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += cached(keys[i])
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
