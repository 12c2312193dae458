/**
 * Sums what a run of `.ci/run` left in reports/ into one table and one line, `N passed, N failed`, and exits 1 if
 * anything failed. Every suite below must have left a report with at least one test in it: a report that is missing,
 * unreadable or empty is a failure, so a suite cannot fall silent. Of the steps in steps.tsv each counts as one, but
 * the step that ran the suites counts only if it failed where they did not.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const VITEST_SUITES = ['tc39', 'legacy', 'types', 'types-legacy', 'packaging']
const CARGO_SUITES = ['cargo', 'loom', 'shuttle', 'miri']
const SUITES_STEP = 'make test'

const reports = resolve(import.meta.dirname, '..', 'reports')
const rows = [
  ...VITEST_SUITES.map((name) => row(name, vitest)),
  ...CARGO_SUITES.map((name) => row(name, cargo)),
]
const suitesFailed = rows.some(({ failed }) => failed > 0)
const steps = readSteps()
for (const { name, ok } of steps) {
  if (name === SUITES_STEP && (ok || suitesFailed)) continue
  rows.push({ name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, note: '' })
}
if (!steps.some(({ name }) => name === SUITES_STEP)) {
  rows.push({ name: SUITES_STEP, passed: 0, failed: 1, skipped: 0, note: 'was not run' })
}

const width = Math.max(...rows.map(({ name }) => name.length))
for (const { name, passed, failed, skipped, note } of rows) {
  const counts = [passed, failed, skipped].map((count) => String(count).padStart(6))
  console.log(
    `${name.padEnd(width)}  passed${counts[0]}  failed${counts[1]}  skipped${counts[2]}  ${note}`.trimEnd(),
  )
}
const [passed, failed] = ['passed', 'failed'].map((key) => rows.reduce((sum, each) => sum + each[key], 0))
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function row(name, read) {
  try {
    const counts = read(name)
    if (counts.passed + counts.failed > 0) return { name, note: '', ...counts }
    return { name, ...counts, failed: 1, note: 'ran no test' }
  } catch (error) {
    return { name, passed: 0, failed: 1, skipped: 0, note: `no result: ${error.message}` }
  }
}

/** A file that could not be loaded has no tests in it, and an error between tests belongs to none: each is a failure. */
function vitest(name) {
  const report = JSON.parse(readFileSync(join(reports, 'suites', `${name}.json`), 'utf8'))
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
  ).length
  const failed = count(report.numFailedTests) + unloaded
  return {
    passed: count(report.numPassedTests),
    failed: failed === 0 && report.success !== true ? 1 : failed,
    skipped: count(report.numPendingTests) + count(report.numTodoTests),
  }
}

/** One `test result:` line for each test binary; none at all if the crate did not compile. */
function cargo(name) {
  const text = readFileSync(join(reports, 'suites', `${name}.txt`), 'utf8')
  const results = [...text.matchAll(/^test result: (\w+)\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)]
  const sum = (group) => results.reduce((total, result) => total + Number(result[group]), 0)
  const broken = /^error(\[E\d+\])?: /m.test(text) && sum(3) === 0
  return { passed: sum(2), failed: broken ? 1 : sum(3), skipped: sum(4) }
}

/** Lines of `name<TAB>exit code`. */
function readSteps() {
  const path = join(reports, 'steps.tsv')
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => {
    const [name, code] = line.split('\t')
    return { name, ok: code === '0' }
  })
}

function count(value) {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`a count is ${value}`)
  return value
}
