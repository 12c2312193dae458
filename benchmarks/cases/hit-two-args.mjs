// What does a hit cost with two primitive arguments?

import { CAPACITY, languages, numbers, pairs, strings, sumOf } from '../lib/keys.mjs'
import { nsPerHit } from '../lib/measure.mjs'
import { EVERY_PEER } from '../peers/index.mjs'

const ARGUMENTS = {
  'two numbers': () => pairs(numbers(100), numbers(50, 7)),
  'two strings': () => pairs(strings(100), strings(50, 7)),
  'id, language': () => pairs(numbers(625), languages()),
}

export default {
  name: 'hit-two-args',
  title: 'Hit, two arguments',
  unit: 'ns',
  baseline: 'lru-cache',
  subjects: EVERY_PEER,
  variants: Object.keys(ARGUMENTS),
  quickVariants: ['two numbers', 'id, language'],

  async run({ peer, variant, quick }) {
    let computed = 0
    const fn = (first, second) => {
      computed++
      return weight(first) + weight(second)
    }
    const { first, second } = ARGUMENTS[variant]()
    const cached = peer.wrap(fn, { shape: 'two', maxSize: CAPACITY })
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < first.length; i++) sum += cached(first[i], second[i])
      return sum
    }
    const hit = await nsPerHit({
      sweep,
      calls: first.length,
      expected: sumOf(first.length, (i) => weight(first[i]) + weight(second[i])),
      computed: () => computed,
      quick,
    })
    return { values: { [variant]: hit.ns }, spread: hit.spread }
  },
}

const weight = (argument) => (typeof argument === 'number' ? argument : argument.length)
