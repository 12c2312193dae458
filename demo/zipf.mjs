/**
 * Requests as readers make them: a few documents are asked for all the time, most of them hardly ever.
 * The document of rank r is drawn with a probability proportional to 1 / r^alpha. The same arguments give the
 * same sequence. Ranks are dealt out at random, so popularity has nothing to do with a document's place.
 */

/** `length` numbers in [0, items), Zipf-distributed, the same for the same seed. */
export function zipfSequence({ length, items, alpha, seed }) {
  const random = xorshift32(seed)
  const itemOfRank = shuffled(items, random)
  const cumulative = new Float64Array(items)
  let total = 0
  for (let rank = 0; rank < items; rank++) {
    total += (rank + 1) ** -alpha
    cumulative[rank] = total
  }
  return Array.from({ length }, () => itemOfRank[firstAbove(cumulative, random() * total)])
}

/** Index of the first element greater than `x`; `cumulative` ascends and its last element exceeds `x`. */
function firstAbove(cumulative, x) {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (cumulative[middle] > x) high = middle
    else low = middle + 1
  }
  return low
}

function shuffled(items, random) {
  const order = Array.from({ length: items }, (_, i) => i)
  for (let i = items - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const swapped = order[i]
    order[i] = order[j]
    order[j] = swapped
  }
  return order
}

/** Marsaglia's xorshift, period 2^32 - 1: uniform in [0, 1); a seed of 0 would stay 0 for ever. */
function xorshift32(seed) {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
