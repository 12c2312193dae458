// What does it cost to store a string outside V8's heap? "set": `createCache().set` over an entry that is there, as
// lmdb puts over one, all puts of a sweep in one transaction. "miss": a call that looks up, computes next to nothing,
// stores a new entry and evicts an old one. A hit of the Map is the yardstick; nothing is copied there.

import { CAPACITY, numbers, stringSource } from '../lib/keys.mjs'
import { nsPerCall, WrongResult } from '../lib/measure.mjs'
import { cannot, handWritten } from '../lib/peer.mjs'
import { text } from '../lib/values.mjs'

const SIZES = { '64 B': { length: 64, keys: 5_000 }, '16 KB': { length: 16_384, keys: 1_000 } }
/** Different ones, in turn: few enough that reading them costs nearly nothing. */
const VALUES = 64
const FORMS = { set, miss, hit }

export default {
  name: 'put',
  title: 'Put: a value stored outside the heap',
  unit: 'ns',
  baseline: 'Map, hit',
  subjects: [
    { id: 'warp-cache shared, set', peer: 'warp-cache', form: { kind: 'set', shared: {} } },
    { id: 'warp-cache shared, miss', peer: 'warp-cache', form: { kind: 'miss', shared: {} } },
    { id: 'warp-cache threads, set', peer: 'warp-cache', form: { kind: 'set', threads: {} } },
    {
      id: 'warp-cache threads, set, near: false',
      peer: 'warp-cache',
      form: { kind: 'set', threads: { near: false } },
    },
    { id: 'warp-cache threads, miss', peer: 'warp-cache', form: { kind: 'miss', threads: {} } },
    { id: 'native call alone, set', peer: 'native call alone', form: { kind: 'set' } },
    { id: 'Map, hit', peer: 'Map', form: { kind: 'hit' } },
    { id: 'Map, set', peer: 'Map', form: { kind: 'set' } },
    { id: 'lmdb, put in a transaction', peer: 'lmdb', form: { kind: 'set' } },
  ],
  quickSubjects: [
    'warp-cache shared, set',
    'warp-cache shared, miss',
    'warp-cache threads, set',
    'warp-cache threads, miss',
    'Map, hit',
    'lmdb, put in a transaction',
  ],
  variants: Object.keys(SIZES),
  rounds: { quick: 2 },
  note: () => 'keys and values are strings; miss: looked up, stored, and another one evicted',

  async run({ peer, variant, form, quick }) {
    const { length, keys: count } = SIZES[variant]
    const { kind, ...where } = form
    const values = Array.from({ length: VALUES }, (_, n) => text(n, length))
    const measured = await FORMS[kind]({ peer, where, count, values, quick })
    return { values: { [variant]: measured.ns }, spread: measured.spread }
  },
}

async function set({ peer, where, count, values, quick }) {
  const keys = stringSource(numbers(count)).fill([])
  const store = peer.store({ maxSize: CAPACITY, values: 'text', ...where })
  let from = 0
  const put = () => {
    for (let i = 0; i < keys.length; i++) store.set(keys[i], values[(from + i) % VALUES])
  }
  const sweep = () => {
    // Each sweep stores other values than the one before.
    from++
    if (store.batch) store.batch(put)
    else put()
    return 1
  }
  const measured = await nsPerCall({ sweep, calls: keys.length, quick })
  for (let i = 0; i < keys.length; i++) {
    if (store.get(keys[i]) !== values[(from + i) % VALUES]) throw new WrongResult(`wrong value of ${keys[i]}`)
  }
  return measured
}

async function miss({ peer, where, count, values, quick }) {
  const ids = numbers(3 * count)
  const source = stringSource(ids)
  const keys = source.fill([])
  let computed = 0
  const fn = () => values[computed++ % VALUES]
  const cached = peer.wrap(fn, { shape: 'one', maxSize: count, ...where })
  let calls = 0
  const sweep = () => {
    let sum = 0
    for (let i = 0; i < keys.length; i++) sum += cached(keys[i]).length
    calls += keys.length
    return sum
  }
  const measured = await nsPerCall({ sweep, prepare: () => source.fill(keys), calls: keys.length, quick })
  if (computed !== calls) throw new WrongResult(`${calls - computed} of ${calls} calls were hits`)
  const { currentSize } = cached.cacheInfo()
  if (currentSize < 0.97 * count) throw new WrongResult(`${currentSize} of ${count} entries were held`)
  return measured
}

async function hit({ peer, count, values, quick }) {
  if (values[0].length > 64) cannot('a hit of a Map is the same for any value')
  const keys = stringSource(numbers(count)).fill([])
  let computed = 0
  const cached = handWritten(peer.store(), () => values[computed++ % VALUES], 'one')
  const sweep = () => {
    let sum = 0
    for (let i = 0; i < keys.length; i++) sum += cached(keys[i]).length
    return sum
  }
  const measured = await nsPerCall({ sweep, calls: keys.length, quick })
  if (computed !== keys.length) throw new WrongResult('computed again: not hits')
  return measured
}
