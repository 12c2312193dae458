/** A repeatable stream of requests in which the k-th key is asked for in proportion to 1 / k^`alpha`. */
export function zipf(keys: number, requests: number, alpha: number, seed: number): number[] {
  const upTo: number[] = []
  let total = 0
  for (let key = 0; key < keys; key++) {
    total += 1 / (key + 1) ** alpha
    upTo.push(total)
  }
  const random = mulberry32(seed)
  return Array.from({ length: requests }, () => {
    const drawn = random() * total
    return upTo.findIndex((sum) => drawn < sum)
  })
}

/** Uniform in [0, 1), the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
