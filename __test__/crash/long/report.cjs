/** Prints the figures of a run, and writes them and its plot into files. */
'use strict'
const { execFileSync } = require('node:child_process')
const { writeFileSync } = require('node:fs')
const os = require('node:os')
const { plot } = require('./plot.cjs')

const short = (value) => (Number.isInteger(value) ? value : Number(value.toPrecision(4)))

function print({ totals, growth }) {
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

/** What is run: it may be committed to meanwhile. */
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
  cwd: __dirname,
  encoding: 'utf8',
}).trim()

function about() {
  const [{ model }] = os.cpus()
  return {
    commit,
    ended: new Date().toISOString(),
    machine: `${os.cpus().length} × ${model.trim()}, ${os.type()} ${os.release()}, ${os.arch()}`,
    node: process.version,
  }
}

const PANELS = [
  { of: 'memory', title: 'Memory, MiB', log: false },
  { of: 'descriptors', title: 'File descriptors and mappings of the caches’ files', log: false },
  { of: 'hit', title: 'A hit, µs', log: true },
  { of: 'miss', title: 'A miss, µs, with making the value', log: true },
]

/** `output`: a path without an ending; undefined: what is printed is all. */
function write({ drawn, ...figures }, output) {
  print(figures)
  if (output === undefined) return
  const named = { ...about(), ...figures }
  const { minutes, killed } = figures.totals
  const title = `Eight processes for ${Math.round(minutes)} minutes, ${killed} killed`
  const subtitle = `${named.machine}, Node ${named.node}, ${named.ended.slice(0, 10)}, commit ${named.commit}; windows of ${short(figures.windowSeconds)} s`
  const panels = PANELS.map(({ of, ...panel }) => ({ ...panel, lines: drawn[of] }))
  writeFileSync(`${output}.svg`, plot({ title, subtitle, panels, end: minutes * 60_000 }))
  writeFileSync(`${output}.json`, `${JSON.stringify({ ...named, drawn: rounded(drawn) }, null, 2)}\n`)
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

module.exports = { write }
