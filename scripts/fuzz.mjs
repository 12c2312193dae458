/**
 * Fuzzes what a shared file begins with, its table's index, records and chains, under AddressSanitizer, and the decoders
 * of values: 30 seconds each, two at a time. `fuzz/corpus/` is where the fuzzers begin; what they find on the way is in
 * `target/fuzz/corpus/`. Exits 1 if one of them found a fault, and leaves the input in `target/fuzz/`.
 *
 *     [FUZZ_SECONDS=…] [NIGHTLY=…] [KEEP=1] node scripts/fuzz.mjs [target]…
 *
 * NIGHTLY is the toolchain that compiles them. KEEP=1 adds to `fuzz/corpus/` and the vectors of the decoders whatever
 * came to something new.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

const SECONDS = process.env.FUZZ_SECONDS ?? '30'
const KEEP = process.env.KEEP === '1'
const NIGHTLY = process.env.NIGHTLY ?? 'nightly'
const CRATE_TARGETS = ['header', 'index', 'records', 'chains']
/** The longest input that means anything, and how long one may take, in seconds: some two milliseconds are usual. */
const LIMITS = ['-max_len=256', '-timeout=20']

/** What cargo-fuzz compiles with. */
const FLAGS = [
  ...[
    '--cfg fuzzing',
    '-Zsanitizer=address',
    '-Ccodegen-units=1',
    '-Cdebug-assertions',
    '-Cpasses=sancov-module',
  ],
  ...['level=4', 'inline-8bit-counters', 'pc-table', 'trace-compares'].map(
    (what) => `-Cllvm-args=-sanitizer-coverage-${what}`,
  ),
].join(' ')

const root = join(import.meta.dirname, '..')
const target = join(root, 'target', 'fuzz')
const host = /^host: (.*)$/m.exec(execFileSync('cargo', ['-vV'], { encoding: 'utf8' }))[1]

const names = process.argv.slice(2)
const all = new Map([...CRATE_TARGETS.map((name) => [name, crateTarget]), ['codec', codec]])
const unknown = names.filter((name) => !all.has(name))
if (unknown.length > 0) throw new Error(`There is no target called ${unknown.join(', ')}.`)
const chosen = [...all].filter(([name]) => names.length === 0 || names.includes(name))
if (chosen.some(([name]) => name !== 'codec')) build()

const waiting = [...chosen]
let failed = 0
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
console.log(`${chosen.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

async function work() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, fuzz] = next
    const { ok, output, found } = await fuzz(name)
    console.log(`${ok ? 'passed' : 'FAILED'}  ${name}: ${found}`)
    if (ok) continue
    failed++
    console.log(output)
  }
}

function build() {
  const args = [`+${NIGHTLY}`, 'build', '--locked', '--quiet', '--release', '--target', host]
  const env = { ...process.env, RUSTFLAGS: FLAGS, CARGO_TARGET_DIR: target }
  execFileSync('cargo', [...args, '--manifest-path', join(root, 'fuzz', 'Cargo.toml')], {
    env,
    stdio: 'inherit',
  })
}

async function crateTarget(name) {
  const binary = join(target, host, 'release', name)
  const [kept, found] = [join(root, 'fuzz', 'corpus', name), join(target, 'corpus', name)]
  for (const each of [kept, found]) mkdirSync(each, { recursive: true })
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'warp-cache-fuzz-'))
  const env = { ...process.env, WARP_CACHE_DIR: directory, ASAN_OPTIONS: 'detect_odr_violation=0' }
  try {
    const args = [`-max_total_time=${SECONDS}`, '-len_control=0', '-print_final_stats=1', ...LIMITS]
    const { status, output } = await run(
      binary,
      [found, kept, `-artifact_prefix=${target}/${name}-`, ...args],
      env,
    )
    const last = (pattern) => output.match(pattern)?.at(-1).split(' ').at(-1) ?? '0'
    const [inputs, edges] = [last(/number_of_executed_units: \d+/g), last(/ cov: \d+/g)]
    if (status === 0 && KEEP) await run(binary, ['-merge=1', '-use_counters=0', kept, found, ...LIMITS], env)
    const ok = status === 0 && Number(inputs) > 0
    return { ok, output: output.slice(-4_000), found: `${inputs} inputs, ${edges} edges` }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function codec() {
  // SOAK: inputs that nobody has tried.
  const env = { ...process.env, FUZZ_SECONDS: SECONDS, SOAK: '1', NO_COLOR: '1' }
  const args = ['run', '--project', 'tc39', '__test__/values-fuzz.spec.ts']
  const { status, output } = await run(join(root, 'node_modules', '.bin', 'vitest'), args, env)
  const [found] = /\d+ inputs, .*/.exec(output) ?? []
  return { ok: status === 0 && found !== undefined, output, found: found ?? 'no inputs' }
}

function run(command, args, env) {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, output }))
  })
}
