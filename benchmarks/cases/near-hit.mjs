// What does a hit cost where values live outside V8's heap, and this isolate remembers them? The same harness as
// of hits in memory, with room in the near table for all live keys.

import { CAPACITY, numbers, stringSource, sumOf } from '../lib/keys.mjs'
import { nsPerHit, WrongResult } from '../lib/measure.mjs'

const FORMS = {
  shared: { shared: { nearSize: CAPACITY } },
  threads: { threads: { nearSize: CAPACITY } },
  memory: {},
}

export default {
  name: 'near-hit',
  title: 'Near hit: values outside the heap, remembered',
  unit: 'ns',
  baseline: 'warp-cache memory',
  subjects: [
    { id: 'warp-cache shared', peer: 'warp-cache', form: 'shared' },
    { id: 'warp-cache threads', peer: 'warp-cache', form: 'threads' },
    { id: 'warp-cache memory', peer: 'warp-cache', form: 'memory' },
    'Map',
    'lru-cache',
  ],
  variants: ['number', 'same string', 'fresh string'],
  quickVariants: ['number', 'same string'],
  rounds: { quick: 2 },
  note: () => 'same: the very string that was passed before; fresh: its characters in a new string',

  async run({ peer, variant, form, quick }) {
    let computed = 0
    const fn = (key) => {
      computed++
      return weight(key) + 1
    }
    const ids = numbers()
    const source = stringSource(ids)
    const keys = variant === 'number' ? ids : source.fill([])
    const cached = peer.wrap(fn, { shape: 'one', maxSize: CAPACITY, ...FORMS[form] })
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += cached(keys[i])
      return sum
    }
    const hit = await nsPerHit({
      sweep,
      prepare: variant === 'fresh string' ? () => source.fill(keys) : undefined,
      calls: keys.length,
      expected: sumOf(keys.length, (i) => weight(keys[i]) + 1),
      computed: () => computed,
      quick,
    })
    if (form === 'shared' || form === 'threads') assertNear(cached.cacheInfo(), keys.length)
    return { values: { [variant]: hit.ns }, spread: hit.spread }
  },
}

/** The first hit of each key brings its value near. */
function assertNear({ hits, nearHits }, keys) {
  if (nearHits === 0 || hits - nearHits > keys) throw new WrongResult(`${hits - nearHits} hits were not near`)
}

const weight = (key) => (typeof key === 'number' ? key : key.length)
