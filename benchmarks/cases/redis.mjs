// What does the same cost with a server? A hit and a put beside GET and SET of a Redis on this machine, over loopback:
// one at a time, each awaited, as one request of a user's does it; and a hundred at once, which its client sends together,
// as many requests at the same time do it.

import { CAPACITY, numbers, stringSource } from '../lib/keys.mjs'
import { nsPerCall, WrongResult } from '../lib/measure.mjs'
import { text } from '../lib/values.mjs'

const SIZES = { '64 B': { length: 64, keys: 5_000 }, '16 KB': { length: 16_384, keys: 1_000 } }
const VALUES = 64
const TOGETHER = 100
const COLUMNS = ['hit', 'put'].flatMap((what) =>
  Object.keys(SIZES).map((size) => ({ id: `${what}, ${size}`, title: `${what}, ${size}` })),
)

export default {
  name: 'redis',
  title: 'Beside Redis on loopback',
  baseline: 'warp-cache shared',
  subjects: [
    { id: 'warp-cache shared', peer: 'warp-cache', form: { shared: { nearSize: CAPACITY } } },
    { id: 'warp-cache shared, near: false', peer: 'warp-cache', form: { shared: { near: false } } },
    { id: 'Redis, 100 at once', peer: 'Redis', form: { together: TOGETHER } },
    { id: 'Redis, one at a time', peer: 'Redis', form: { together: 1 } },
  ],
  quickSubjects: ['warp-cache shared, near: false', 'Redis, 100 at once', 'Redis, one at a time'],
  variants: Object.keys(SIZES),
  rounds: { quick: 1, full: 2 },
  tables: [{ title: '', unit: 'ns', columns: COLUMNS }],
  note: () => 'keys and values are strings; values of 16 KB are too large for the near table',

  async run({ peer, form, variant }) {
    const { length, keys: count } = SIZES[variant]
    const keys = stringSource(numbers(count)).fill([])
    const values = Array.from({ length: VALUES }, (_, n) => text(n, length))
    const { ways, notes } = form.shared ? cacheWays(peer, form, keys) : await redisWays(peer, form, keys)
    let from = 0
    const valueAt = (i) => values[(from + i) % VALUES]
    const put = await nsPerCall({
      // Each sweep stores other values than the one before.
      prepare: () => from++,
      sweep: () => ways.put(valueAt),
      calls: count,
      quick: true,
    })
    await check(ways, keys, valueAt)
    const sweep = () => ways.get()
    if ((await sweep()) !== count * length) throw new WrongResult('not every get was a hit')
    const hit = await nsPerCall({ sweep, calls: count, quick: true })
    return { values: { [`hit, ${variant}`]: hit.ns, [`put, ${variant}`]: put.ns }, notes }
  },
}

/** { get, put, at }: all keys once; the sum of the lengths, or 1; and one key. */
function cacheWays(peer, { shared }, keys) {
  const store = peer.store({ maxSize: CAPACITY, shared })
  const ways = {
    get() {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += store.get(keys[i]).length
      return sum
    },
    put(valueAt) {
      for (let i = 0; i < keys.length; i++) store.set(keys[i], valueAt(i))
      return 1
    },
    at: (key) => store.get(key),
  }
  return { ways, notes: [] }
}

async function redisWays(peer, { together }, keys) {
  const { client, note } = await peer.connect()
  const ways = {
    async get() {
      let sum = 0
      for (let from = 0; from < keys.length; from += together) {
        if (together === 1) sum += (await client.get(keys[from])).length
        else
          for (const value of await Promise.all(part(from, (i) => client.get(keys[i])))) sum += value.length
      }
      return sum
    },
    async put(valueAt) {
      for (let from = 0; from < keys.length; from += together) {
        if (together === 1) await client.set(keys[from], valueAt(from))
        else await Promise.all(part(from, (i) => client.set(keys[i], valueAt(i))))
      }
      return 1
    },
    at: (key) => client.get(key),
  }
  const part = (from, work) => Array.from({ length: together }, (_, i) => work(from + i))
  return { ways, notes: [note] }
}

async function check(ways, keys, valueAt) {
  for (let i = 0; i < keys.length; i++) {
    if ((await ways.at(keys[i])) !== valueAt(i)) throw new WrongResult(`wrong value of ${keys[i]}`)
  }
}
