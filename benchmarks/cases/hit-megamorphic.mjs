// What does a hit cost in a program with twelve cached functions, called in turn? They share the code of the
// wrapper, and with it what the engine has learnt about it. "mixed": six take numbers, six take strings.

import { CAPACITY, LIVE, numbers, strings, sumOf } from '../lib/keys.mjs'
import { nsPerHit } from '../lib/measure.mjs'
import { EVERY_PEER } from '../peers/index.mjs'

const FUNCTIONS = 12
const CALLS = LIVE - (LIVE % FUNCTIONS)

export default {
  name: 'hit-megamorphic',
  title: 'Hit, twelve cached functions in turn',
  unit: 'ns',
  baseline: 'lru-cache',
  subjects: EVERY_PEER,
  variants: ['number', 'string', 'mixed'],
  quickVariants: ['number', 'string'],
  note: () => 'mixed: six take numbers, six take strings',

  async run({ peer, variant, quick }) {
    let computed = 0
    const fns = Array.from({ length: FUNCTIONS }, (_, n) => (key) => {
      computed++
      return weight(key) + n
    })
    const keys = argumentsOf[variant]()
    const cached = fns.map((fn) => peer.wrap(fn, { shape: 'one', maxSize: CAPACITY }))
    cached.forEach((one, n) => {
      one.fill?.(keys.filter((_, i) => i % FUNCTIONS === n))
    })
    const sweep = () => {
      let sum = 0
      for (let i = 0, n = 0; i < CALLS; i++, n = n === FUNCTIONS - 1 ? 0 : n + 1) sum += cached[n](keys[i])
      return sum
    }
    const hit = await nsPerHit({
      sweep,
      calls: CALLS,
      expected: sumOf(CALLS, (i) => weight(keys[i]) + (i % FUNCTIONS)),
      computed: () => computed,
      quick,
    })
    return { values: { [variant]: hit.ns }, spread: hit.spread }
  },
}

const argumentsOf = {
  number: () => numbers(CALLS),
  string: () => strings(CALLS),
  mixed() {
    const texts = strings(CALLS)
    return numbers(CALLS).map((id, i) => (i % 2 === 0 ? id : texts[i]))
  },
}

const weight = (key) => (typeof key === 'number' ? key : key.length)
