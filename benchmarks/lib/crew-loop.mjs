// What each member of a crew does: cold hits of 64 B strings, and writes among them if the case says so. It begins
// somewhere else in the same list of keys, so that they do not walk in step.

import { CAPACITY, numbers, stringSource, sumOf } from './keys.mjs'
import { WrongResult } from './measure.mjs'
import { text } from './values.mjs'

const LENGTH = 64
/** Where others write, a call in so many may compute: it has not waited for a writer that was stopped. */
const MISSES = 1_000

/**
 * @param outside - the options of the peer that say where entries are.
 * @param oneKey - whether all hits are of one key.
 * @param writes - one call in so many is a write, where the subject can; 0: none.
 */
export function coldLoop({ peer, outside, oneKey, writes, number, size }) {
  const ids = numbers()
  const known = stringSource(ids).fill([])
  const shift = Math.floor((number * known.length) / size)
  const keys = known.map((_, i) => (oneKey ? known[0] : known[(i + shift) % known.length]))
  const textOf = new Map(known.map((key, i) => [key, text(ids[i], LENGTH)]))
  let computed = 0
  const fn = (key) => {
    computed++
    return textOf.get(key)
  }
  const cached = peer.wrap(fn, { shape: 'one', maxSize: CAPACITY, ...outside })
  const isOurs = cached.cacheSet !== undefined
  const fill = () => {
    for (const key of known) {
      if (cached(key) !== textOf.get(key)) throw new WrongResult(`wrong value of ${key}`)
    }
    if (isOurs && number > 0 && computed > 0) throw new WrongResult('what the first one stored is not there')
    computed = 0
  }
  const read = () => sumOf(keys.length, (i) => cached(keys[i]).length)
  const sweep = isOurs && writes > 0 ? mixed(cached, keys, textOf, writes) : read
  let calls = 0
  const checked = () => {
    const sum = sweep()
    calls += keys.length
    if (sum !== keys.length * LENGTH) throw new WrongResult(`results add up to ${sum}`)
    if (computed > (writes > 0 ? calls / MISSES : 0))
      throw new WrongResult(`${computed} of ${calls} were not hits`)
  }
  return { fill, sweep: checked, calls: keys.length }
}

function mixed(cached, keys, textOf, each) {
  return () => {
    let sum = 0
    for (let i = 0; i < keys.length; i++) {
      if (i % each === 0) {
        const value = textOf.get(keys[i])
        cached.cacheSet([keys[i]], value)
        sum += value.length
      } else sum += cached(keys[i]).length
    }
    return sum
  }
}
