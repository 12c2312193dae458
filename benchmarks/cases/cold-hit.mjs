// What does a hit cost that brings its value into V8's heap anew: found in native memory, copied, decoded? The keys
// are strings. Map and lru-cache copy nothing: they show what that costs. "fresh key": the key is a new string, whose
// hash the engine does not know yet; native code never asks for that one.

import { CAPACITY, numbers, stringSource, sumOf } from '../lib/keys.mjs'
import { nsPerHit, WrongResult } from '../lib/measure.mjs'
import { fiveFields, text } from '../lib/values.mjs'

const SMALL = { values: 'text', make: (id) => text(id, 64), weigh: (value) => value.length }
const VALUES = {
  '64 B string': SMALL,
  '64 B string, fresh key': { ...SMALL, fresh: true },
  '1 KB string': { values: 'text', make: (id) => text(id, 1_024), weigh: (value) => value.length },
  'five fields': { values: 'object', make: fiveFields, weigh: (value) => value.id },
}
const COLD = { shared: { shared: { near: false } }, threads: { threads: { near: false } } }

export default {
  name: 'cold-hit',
  title: 'Cold hit: values outside the heap, not remembered',
  unit: 'ns',
  baseline: 'Map',
  subjects: [
    { id: 'warp-cache shared', peer: 'warp-cache', form: 'shared' },
    { id: 'warp-cache threads', peer: 'warp-cache', form: 'threads' },
    'native call alone',
    'Map',
    'lru-cache',
    'lmdb',
  ],
  variants: Object.keys(VALUES),
  quickVariants: ['64 B string', 'five fields'],
  rounds: { quick: 2 },
  note: () => '`near: false`: every hit makes its own copy',

  async run({ peer, form, variant, quick }) {
    const { values, make, weigh, fresh } = VALUES[variant]
    let computed = 0
    const ids = numbers()
    const source = stringSource(ids)
    const keys = source.fill([])
    const idOf = new Map(keys.map((key, i) => [key, ids[i]]))
    const fn = (key) => {
      computed++
      return make(idOf.get(key))
    }
    const cached = peer.wrap(fn, { shape: 'one', maxSize: CAPACITY, values, ...COLD[form] })
    for (const key of keys) cached(key)
    for (const key of keys) assertEqual(cached(key), make(idOf.get(key)))
    // One call site for each kind of value, which sees no other.
    const sweep = sweepOf(cached, keys, weigh)
    const expected = sumOf(keys.length, (i) => weigh(make(ids[i])))
    const prepare = fresh ? () => source.fill(keys) : undefined
    const hit = await nsPerHit({
      sweep,
      prepare,
      calls: keys.length,
      expected,
      computed: () => computed,
      quick,
    })
    if (cached.cacheInfo?.().nearHits > 0) throw new WrongResult('a hit was near')
    return { values: { [variant]: hit.ns }, spread: hit.spread }
  },
}

function sweepOf(cached, keys, weigh) {
  return () => {
    let sum = 0
    for (let i = 0; i < keys.length; i++) sum += weigh(cached(keys[i]))
    return sum
  }
}

function assertEqual(found, made) {
  if (JSON.stringify(found) !== JSON.stringify(made))
    throw new WrongResult(`${JSON.stringify(found)} instead of ${JSON.stringify(made)}`)
}
