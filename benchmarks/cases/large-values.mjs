// Does the memory of the process stay within `maxBytes` where values of 1 MB come and go? Half of the operations store
// a value, half look one up. Measured is what is resident once V8 has collected the copies that look-ups gave. What the
// near table remembers is such copies, and V8's: they come on top.

import { seeded } from '../lib/random.mjs'
import { residentBytes } from '../lib/resident.mjs'

const MAX_BYTES = 256 * 2 ** 20
const LENGTH = 1_000_000
/** More than fit. */
const KEYS = 1_000
const VALUES = 4
const LOOKS = 100

export default {
  name: 'large-values',
  title: 'Values of 1 MB in 256 MiB',
  subjects: [
    { id: 'warp-cache threads, near: false', peer: 'warp-cache', form: 'cold' },
    { id: 'warp-cache threads', peer: 'warp-cache', form: 'near' },
  ],
  variants: ['Buffer'],
  rounds: { quick: 1, full: 1 },
  tables: [
    {
      title: 'growth of resident memory, in percent of maxBytes',
      unit: '%',
      columns: [
        { id: 'most', title: 'at most' },
        { id: 'end', title: 'at the end' },
      ],
    },
  ],
  note: (quick) => `${countOf(quick).toLocaleString('en-US')} operations on ${KEYS} keys`,

  async run({ peer, form, quick }) {
    const count = countOf(quick)
    const values = Array.from({ length: VALUES }, (_, n) => Buffer.alloc(LENGTH, n + 1))
    const threads = { maxBytes: MAX_BYTES, maxValueSize: 2 * LENGTH, near: form === 'near' }
    warm(peer, threads, values)
    const before = residentBytes()
    const store = peer.store({ maxSize: KEYS, threads })
    const random = seeded(5)
    const keyOf = () => Math.floor(random() * KEYS)
    let most = 0
    let hits = 0
    for (let n = 0; n < count; n++) {
      if (n % 2 === 0) {
        const key = keyOf()
        store.set(key, values[key % VALUES])
      } else hits += check(keyOf(), store)
      if (n % (count / LOOKS) === 0) most = Math.max(most, residentBytes() - before)
    }
    const end = residentBytes() - before
    const { bytes } = store.info()
    if (hits === 0 || bytes < 0.9 * MAX_BYTES) throw new Error(`${hits} hits, ${bytes} bytes held`)
    return { values: { most: percent(Math.max(most, end)), end: percent(end) } }
  },
}

const countOf = (quick) => (quick ? 2_000 : 100_000)

const percent = (bytes) => (100 * bytes) / MAX_BYTES

/** The scratch grows to the size of a value, and stays. */
function warm(peer, threads, values) {
  const store = peer.store({ maxSize: 2, threads: { ...threads, maxBytes: 4 * LENGTH } })
  store.set('once', values[0])
  store.get('once')
}

/** 1 for a hit, whose value is whole. */
function check(key, store) {
  const value = store.get(key)
  if (value === undefined) return 0
  const byte = (key % VALUES) + 1
  if (value.length !== LENGTH || value[0] !== byte || value[LENGTH - 1] !== byte)
    throw new Error('wrong value')
  return 1
}
