/**
 * A fuzzer of the decoders. Which inputs came to something new, a place to give up or a kind of value, is kept and spoilt
 * further; those that were worth it are in vectors/hostile-values.txt. FUZZ_SECONDS=… goes on for that long, SEED=…
 * repeats a run, KEEP=1 writes the vectors anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Lots, lots } from './models/recipes.js'
import { SEED } from './support/draws.js'
import { AT, type Codec, codecs, decode, scratch, scribble, spoil, write } from './support/hostile-values.js'
import { kindsOf, leavesTheWorldUnharmed } from './support/unharmed.js'

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0)
const RUNS = 5_000
/** Of what is kept. */
const LONGEST = 200
const VECTORS = join(import.meta.dirname, 'vectors', 'hostile-values.txt')

interface Input {
  readonly codec: Codec
  readonly bytes: Uint8Array
}

/** A line of the vectors: the name of a codec, and bytes in hexadecimal digits. */
function parse(line: string): Input {
  const [name, digits] = line.split(' ')
  const codec = codecs.find((each) => each.name === name)
  if (codec === undefined) throw new Error(`${name} is no codec`)
  return { codec, bytes: Buffer.from(digits, 'hex') }
}

/** What came of an input: which calls led to giving up, or which kinds of values there are. */
function outcomeOf(codec: Codec, end: number): string {
  const decoded = decode(codec, end)
  if ('value' in decoded) return `${codec.name}: ${kindsOf(decoded.value)}`
  const calls = decoded.error.stack?.match(/codec\/\w+\.ts:\d+:\d+/g) ?? []
  return `${codec.name} ${calls.slice(0, 4).join(' ')}`
}

class Corpus {
  private readonly inputs: Input[] = []
  private readonly known = new Map<string, number>()

  /** Decodes `[AT … end)`, and keeps it if something new came of it, or the same of fewer bytes. */
  try(codec: Codec, end: number): void {
    const bytes = Uint8Array.from(scratch.bytes.subarray(AT, end))
    const outcome = outcomeOf(codec, end)
    const at = this.known.get(outcome)
    if (bytes.length > LONGEST || (at !== undefined && this.inputs[at].bytes.length <= bytes.length)) return
    this.known.set(outcome, at ?? this.inputs.length)
    this.inputs[at ?? this.inputs.length] = { codec, bytes }
  }

  /** An input that was kept, or a new one: which codec is to decode it, and where it ends. */
  draw(draw: Lots): [Codec, number] {
    const codec = codecs[draw(codecs.length)]
    const how = draw(8)
    if (how < 2 || this.inputs.length === 0) return [codec, how === 0 ? scribble(draw) : write(draw, codec)]
    const kept = this.inputs[draw(this.inputs.length)]
    let end = this.put(AT, kept)
    // The beginning of one, and another.
    if (how === 2) end = this.put(AT + draw(end - AT), this.inputs[draw(this.inputs.length)])
    return [kept.codec, end]
  }

  put(at: number, { bytes }: Input): number {
    scratch.bytes.set(bytes, at)
    return at + bytes.length
  }

  get size(): number {
    return this.inputs.length
  }

  toString(): string {
    const lines = this.inputs.map(
      ({ codec, bytes }) => `${codec.name} ${Buffer.from(bytes).toString('hex')}\n`,
    )
    return [...new Set(lines)]
      .sort((one, other) => one.length - other.length || (one < other ? -1 : 1))
      .join('')
  }
}

it(`decoders survive what a fuzzer finds (seed ${SEED})`, { timeout: 1_000 * (600 + 10 * SECONDS) }, () => {
  const corpus = new Corpus()
  const vectors = readFileSync(VECTORS, 'utf8').trimEnd().split('\n').map(parse)
  let runs = 0
  const harm = leavesTheWorldUnharmed(() => {
    for (const input of vectors) corpus.try(input.codec, corpus.put(AT, input))
    const end = performance.now() + 1_000 * SECONDS
    for (; runs < RUNS || performance.now() < end; runs++) {
      const draw = lots(SEED + runs)
      const [codec, length] = corpus.draw(draw)
      corpus.try(codec, draw(10) === 0 ? length : spoil(draw, length))
    }
  })
  expect(harm).toEqual({ made: 0, changed: false })
  expect(corpus.size).toBeGreaterThan(100)
  if (SECONDS > 0) console.log(`${runs} inputs, ${vectors.length} vectors, ${corpus.size} outcomes`)
  if (process.env.KEEP === '1') writeFileSync(VECTORS, corpus.toString())
})
