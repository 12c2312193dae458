// What does a hit cost where the argument is one number?

import { CAPACITY, numbers, sumOf } from '../lib/keys.mjs'
import { nsPerHit } from '../lib/measure.mjs'
import { EVERY_PEER } from '../peers/index.mjs'

export default {
  name: 'hit-number',
  title: 'Hit, one number',
  unit: 'ns',
  baseline: 'lru-cache',
  subjects: EVERY_PEER,
  variants: ['number'],

  async run({ peer, variant, quick }) {
    let computed = 0
    const fn = (id) => {
      computed++
      return id + 1
    }
    const keys = numbers()
    const cached = peer.wrap(fn, { shape: 'one', maxSize: CAPACITY })
    cached.fill?.(keys)
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += cached(keys[i])
      return sum
    }
    const expected = sumOf(keys.length, (i) => keys[i] + 1)
    const hit = await nsPerHit({ sweep, calls: keys.length, expected, computed: () => computed, quick })
    return { values: { [variant]: hit.ns }, spread: hit.spread }
  },
}
