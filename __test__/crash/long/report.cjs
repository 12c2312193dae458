/** Prints the figures of a run, and writes them and its plot into files. */
'use strict'
const { execFileSync } = require('node:child_process')
const { writeFileSync } = require('node:fs')
const os = require('node:os')
const { plot } = require('./plot.cjs')

const short = (value) => (Number.isInteger(value) ? value : Number(value.toPrecision(4)))

function print({ minutes, totals, growth }) {
  console.log(`minutes ${short(minutes)}`)
  for (const [name, value] of Object.entries(totals)) console.log(`${name} ${short(value)}`)
  console.log(
    `${'the median of'.padEnd(34)}${'2nd quarter'.padStart(14)}${'last quarter'.padStart(14)}  may grow by`,
  )
  for (const { name, second, last, tolerance } of growth) {
    const numbers = [second, last].map((value) => String(short(value)).padStart(14)).join('')
    console.log(
      `${name.padEnd(34)}${numbers}  ${tolerance === undefined ? '' : `${100 * tolerance} %`}`.trimEnd(),
    )
  }
}

/** What is run, and on what. The working directory may have gone on when a run ends. */
function about() {
  const options = { cwd: __dirname, encoding: 'utf8' }
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], options).trim()
  const date = new Date().toISOString().slice(0, 10)
  const [{ model }] = os.cpus()
  const machine = `${os.cpus().length} × ${model.trim()}, ${os.type()} ${os.release()}, ${os.arch()}`
  return { commit, date, machine, node: process.version }
}

const PANELS = [
  { of: 'memory', title: 'Memory, MiB', log: false },
  { of: 'descriptors', title: 'File descriptors and mappings of the caches’ files', log: false },
  { of: 'hit', title: 'A hit, µs', log: true },
  { of: 'miss', title: 'A miss, µs, with making the value', log: true },
]

/** `run`: what `about` says; `output`: a path without an ending. */
function write(run, { drawn, ...figures }, output) {
  const { minutes, totals } = figures
  const title = `Eight processes for ${Number(minutes.toFixed(1))} minutes, ${totals.killed} killed`
  const subtitle = `${run.machine}, Node ${run.node}, ${run.date}, commit ${run.commit}; windows of ${short(figures.windowSeconds)} s`
  const panels = PANELS.map(({ of, ...panel }) => ({ ...panel, lines: drawn[of] }))
  writeFileSync(`${output}.svg`, plot({ title, subtitle, panels, end: minutes * 60_000 }))
  writeFileSync(
    `${output}.json`,
    `${JSON.stringify({ ...run, ...figures, drawn: rounded(drawn) }, null, 2)}\n`,
  )
}

/** Points as one list of times in seconds, and one of values. */
function rounded(drawn) {
  const list = (points) => ({
    seconds: points.map(([at]) => short(Math.round(at / 1_000))),
    values: points.map(([, value]) => short(value)),
  })
  const panel = (lines) =>
    Object.fromEntries(Object.entries(lines).map(([name, points]) => [name, list(points)]))
  return Object.fromEntries(Object.entries(drawn).map(([name, lines]) => [name, panel(lines)]))
}

module.exports = { about, print, write }
