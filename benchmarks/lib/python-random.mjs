// The part of Python's `random` that the ancestor's Zipf workload needs: MT19937 seeded with a small integer,
// `random()` with 53 bits, and `choices()` with weights. The same seed gives the same requests as there.

const STATE_WORDS = 624
const SHIFT_WORDS = 397

export class PythonRandom {
  #state = new Uint32Array(STATE_WORDS)
  #next = STATE_WORDS

  constructor(seed) {
    this.#seedWord(19650218)
    this.#mixIn(seed >>> 0)
  }

  random() {
    const high = this.#word() >>> 5
    const low = this.#word() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** `count` indices, index i with a chance in proportion to `weights[i]`. */
  choices(weights, count) {
    let total = 0
    const cumulative = weights.map((weight) => {
      total += weight
      return total
    })
    return Array.from({ length: count }, () => firstAbove(cumulative, this.random() * total))
  }

  #seedWord(seed) {
    this.#state[0] = seed
    for (let i = 1; i < STATE_WORDS; i++) {
      const before = this.#state[i - 1]
      this.#state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i
    }
  }

  // Python seeds by an array even where the seed is one word.
  #mixIn(seed) {
    const state = this.#state
    let i = 1
    const step = () => {
      i++
      if (i < STATE_WORDS) return
      state[0] = state[STATE_WORDS - 1]
      i = 1
    }
    for (let n = 0; n < STATE_WORDS; n++) {
      const before = state[i - 1] ^ (state[i - 1] >>> 30)
      state[i] = (state[i] ^ Math.imul(before, 1664525)) + seed
      step()
    }
    for (let n = 1; n < STATE_WORDS; n++) {
      const before = state[i - 1] ^ (state[i - 1] >>> 30)
      state[i] = (state[i] ^ Math.imul(before, 1566083941)) - i
      step()
    }
    state[0] = 0x80000000
  }

  #word() {
    if (this.#next === STATE_WORDS) this.#twist()
    let word = this.#state[this.#next++]
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    return (word ^ (word >>> 18)) >>> 0
  }

  #twist() {
    const state = this.#state
    for (let i = 0; i < STATE_WORDS; i++) {
      const joined = (state[i] & 0x80000000) | (state[(i + 1) % STATE_WORDS] & 0x7fffffff)
      const twisted = (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0)
      state[i] = state[(i + SHIFT_WORDS) % STATE_WORDS] ^ twisted
    }
    this.#next = 0
  }
}

function firstAbove(cumulative, point) {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (point < cumulative[middle]) high = middle
    else low = middle + 1
  }
  return low
}
