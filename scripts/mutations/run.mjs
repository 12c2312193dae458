/**
 * Breaks the package on purpose, in a copy, one thing at a time: each mutation takes out something that a promise of
 * docs/crash-safety.md rests on, and the suite that it names must fail then. Exits 1 if a mutation survives, does not
 * apply any more, or does not compile, or if a suite that it names fails without it, or has no such test.
 *
 *     node scripts/mutations/run.mjs [--quick] [name of a mutation]…
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyTo } from './copy.mjs'
import { fileMutations } from './file.mjs'
import { isolateMutations } from './isolate.mjs'
import { modelMutations } from './models.mjs'
import { suites } from './suites.mjs'
import { tableMutations } from './table.mjs'

const root = join(import.meta.dirname, '..', '..')
const copy = join(root, 'target', 'mutations')

/** Without a deadline, some tests wait for ever: one that takes so many times as long as it did, and this long at least. */
const [TIMES, AT_LEAST_MS] = [10, 5_000]

const all = [...tableMutations, ...modelMutations, ...fileMutations, ...isolateMutations]

const args = process.argv.slice(2)
const names = args.filter((arg) => arg !== '--quick')
const unknown = names.filter((name) => !all.some((each) => each.name === name))
if (unknown.length > 0) throw new Error(`There is no mutation called ${unknown.join(', ')}.`)
const chosen = all.filter(({ name, quick }) => {
  if (names.length > 0) return names.includes(name)
  return quick === true || !args.includes('--quick')
})

copyTo(root, copy)
const failures = []
for (const [kind, suite] of Object.entries(suites)) {
  const mutations = chosen.filter(({ red }) => red.kind === kind)
  if (mutations.length === 0) continue
  const { prepare, run } = suite(root, copy)
  const whole = prepare()
  if (whole !== undefined) {
    report(kind, `does not compile as it is\n${whole}`, true)
    continue
  }
  const sound = soundTests(kind, mutations, run)
  for (const mutation of mutations) {
    const start = performance.now()
    const { verdict, failed } = sound.has(mutation.red.test)
      ? judge(mutation, prepare, (test) =>
          run(test, Math.max(AT_LEAST_MS, Math.ceil(TIMES * sound.get(test)))),
        )
      : { verdict: `its test does not pass as it is: ${mutation.red.test}`, failed: true }
    report(mutation.name, `${verdict} (${((performance.now() - start) / 1_000).toFixed(1)} s)`, failed)
  }
}
console.log(
  failures.length === 0
    ? `${chosen.length} mutations, each was found`
    : `${failures.length} of ${chosen.length} mutations FAILED: ${failures.join(', ')}`,
)
process.exitCode = failures.length === 0 ? 0 : 1

function report(name, text, failed) {
  console.log(`${failed ? 'FAILED' : 'found '}  ${name}: ${text}`)
  if (failed) failures.push(name)
}

/** The tests of these mutations that pass where nothing is mutated, and how long they take, in milliseconds. */
function soundTests(kind, mutations, run) {
  const sound = new Map()
  for (const test of new Set(mutations.map(({ red }) => red.test))) {
    const start = performance.now()
    const { passed, output } = run(test)
    if (passed) sound.set(test, performance.now() - start)
    else report(`${kind} ${test}`, `does not pass as it is\n${output}`, true)
  }
  return sound
}

function judge({ file, from, to, red }, prepare, run) {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2) return { verdict: `does not apply to ${file} any more`, failed: true }
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
  try {
    const wrong = prepare()
    if (wrong !== undefined) return { verdict: `does not compile\n${wrong}`, failed: true }
    const { passed, how } = run(red.test)
    if (passed) return { verdict: `SURVIVED ${red.kind} ${red.test}`, failed: true }
    return { verdict: `${red.kind} ${red.test} ${how}`, failed: false }
  } finally {
    writeFileSync(path, text)
  }
}
