// Runs the benchmarks: one process per subject, variant and round; rounds interleaved (A B C A B C …), so that
// a slow moment of the machine meets all subjects alike. Prints a table per case and the bars, writes JSON.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { barsTable, judge, subjectsOfBars } from './bars.mjs'
import { CASE_NAMES, loadCase } from './cases/index.mjs'
import { environment } from './lib/environment.mjs'
import { emptyResult, isFarBehind, isRuledOut, record } from './lib/results.mjs'
import { measureInChild } from './lib/spawn.mjs'
import { plainTable, tableOf } from './lib/table.mjs'

const USAGE = `node benchmarks/run.mjs [options]
  --quick            only warp-cache and what its bars compare with, smaller caches, shorter batches
  --case NAME        only this case (repeatable)
  --subject NAME     only this subject and the baseline (repeatable)
  --rounds N         instead of 5
  --out FILE         where the JSON goes (default: benchmarks/results/<quick|full>.json)
  --impl FILE        the build of warp-cache to measure (default: dist/esm.mjs)
  --strict           exit with 1 if a bar is missed
  --list             print the cases and their subjects`

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

const options = readOptions()
const started = performance.now()
if (options.help) console.log(USAGE)
else if (options.list) await list()
else await run()

async function list() {
  for (const name of CASE_NAMES) {
    const question = await loadCase(name)
    console.log(`${name}: ${question.title}\n  ${question.subjects.map(idOf).join(', ')}`)
  }
}

async function run() {
  const implementation = options.impl ? resolve(options.impl) : snapshot()
  if (!existsSync(implementation)) fail(`${implementation} does not exist`)
  const names = options.case ?? CASE_NAMES
  for (const name of names)
    if (!CASE_NAMES.includes(name)) fail(`no case "${name}"; there are: ${CASE_NAMES.join(', ')}`)

  const results = []
  for (const name of names) {
    const result = await runCase(await loadCase(name), implementation)
    results.push(result)
    print(result)
  }

  const bars = judge(results)
  console.log(`\nBars\n${plainTable(barsTable(bars))}`)
  const seconds = Math.round((performance.now() - started) / 1_000)
  const out = resolve(options.out ?? here(`results/${options.quick ? 'quick' : 'full'}.json`))
  mkdirSync(dirname(out), { recursive: true })
  const run = {
    ...environment(),
    quick: options.quick,
    rounds: roundsWanted(),
    command: commandLine(),
    seconds,
  }
  writeFileSync(out, `${JSON.stringify({ run, results, bars }, null, 1)}\n`)
  const missed = bars.filter(({ verdict }) => verdict === 'MISSED').length
  console.log(`\n${missed === 0 ? 'No bar' : missed} missed; ${seconds} s; written to ${out}`)
  if (options.strict && missed > 0) process.exitCode = 1
}

async function runCase(question, implementation) {
  const subjects = question.subjects
    .map((subject) => (typeof subject === 'string' ? { id: subject, peer: subject } : subject))
    .filter((subject) => takesPart(question, subject))
  const variants = (options.quick && question.quickVariants) || question.variants
  const named = [...subjects.map(idOf), ...(question.beside ?? [])]
  const result = emptyResult(question, named, variants, options.quick)
  const begun = performance.now()
  const rounds = question.rounds?.[options.quick ? 'quick' : 'full'] ?? roundsWanted()
  for (let round = 0; round < rounds; round++) {
    for (const variant of result.variants) {
      for (const { id, peer, form } of subjects) {
        if (isRuledOut(result, id, variant)) continue
        if (peer !== 'warp-cache' && isFarBehind(result, id, variant)) continue
        progress(`${question.name}, round ${round + 1} of ${rounds}: ${variant}, ${id}`)
        const order = { case: question.name, subject: id, peer, form, variant, quick: options.quick }
        record(result, id, variant, await measureInChild(order, implementation))
      }
    }
  }
  progress('')
  result.seconds = Math.round((performance.now() - begun) / 1_000)
  return result
}

function readOptions() {
  const names = {
    quick: { type: 'boolean', default: false },
    case: { type: 'string', multiple: true },
    subject: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string' },
    impl: { type: 'string' },
    strict: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  }
  try {
    return parseArgs({ options: names }).values
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`)
  }
}

/** A copy of the build, addon included, so that a run measures one build even if another is made meanwhile. */
function snapshot() {
  const root = here('..')
  const addons = readdirSync(root).filter((name) => name.endsWith('.node'))
  if (!existsSync(join(root, 'dist', 'esm.mjs')) || addons.length === 0)
    fail('there is no dist/esm.mjs, or no addon: run `make build` first')
  const copy = mkdtempSync(join(tmpdir(), 'warp-cache-bench-'))
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true })
  for (const name of ['package.json', 'index.js', ...addons]) cpSync(join(root, name), join(copy, name))
  return join(copy, 'dist', 'esm.mjs')
}

function takesPart(question, { id, peer }) {
  if (id === question.baseline) return true
  if (options.subject) return options.subject.includes(id) || options.subject.includes(peer)
  if (!options.quick) return true
  if (question.quickSubjects) return question.quickSubjects.includes(id)
  return peer === 'warp-cache' || subjectsOfBars(question.name).has(id)
}

function print(result) {
  for (const table of result.tables) {
    const grid = tableOf(result, table)
    console.log(`\n${result.title}  [${grid.caption}]`)
    if (grid.rows.length > 0) console.log(plainTable(grid))
    if (table === result.tables.at(-1)) for (const line of grid.reasons) console.log(`  ${line}`)
  }
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

function roundsWanted() {
  const rounds = Number(options.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds takes a positive whole number')
  return rounds
}

function idOf(subject) {
  return typeof subject === 'string' ? subject : subject.id
}

function commandLine() {
  return ['node', 'benchmarks/run.mjs', ...process.argv.slice(2)].join(' ')
}

function fail(message) {
  console.error(message)
  process.exit(2)
}
