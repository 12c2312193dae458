// Fills the generated blocks of README.md, `<!-- features:start -->` and `<!-- benchmarks:start -->`, so that no
// number in it is written by hand. Without a run the second block stays as it is.

import { readFileSync, writeFileSync } from 'node:fs'
import { cell } from './results.mjs'
import { markdownTable } from './table.mjs'

const SUBJECTS = ['warp-cache', 'lru-cache', 'memoize', 'p-memoize', 'micro-memoize', 'cacheable']

/** [what, case, column, unit] */
const ROWS = [
  ['hit, one number', 'hit-number', 'number', 'ns'],
  ['hit, one string', 'hit-string', 'same', 'ns'],
  ['hit, a number and a string', 'hit-two-args', 'id, language', 'ns'],
  ['hit, an object of two fields', 'hit-object', '{ id, lang }', 'ns'],
  ['hit, twelve functions in turn', 'hit-megamorphic', 'mixed', 'ns'],
  ['hit with a TTL, string', 'hit-ttl', 'string', 'ns'],
  ['awaited hit, string', 'hit-awaited', 'string', 'ns'],
  ['miss and eviction, string', 'miss-evict', 'string', 'ns'],
  ['heap for an entry with a string key', 'memory', 'string', 'bytes'],
]

/** @param measured - a run and its results, or undefined. */
export function fillReadme(file, features, peers, measured) {
  let text = filled(readFileSync(file, 'utf8'), 'features', featuresTable(features, peers))
  if (measured !== undefined) text = filled(text, 'benchmarks', numbers(measured))
  writeFileSync(file, text)
}

function filled(text, name, content) {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`]
  const parts = text.split(new RegExp(`${start}[\\s\\S]*?${end}`))
  if (parts.length !== 2) throw new Error(`not one block ${start} … ${end}`)
  return `${parts[0]}${start}\n${content}\n${end}${parts[1]}`
}

function featuresTable(features, peers) {
  const described = SUBJECTS.map((name) => peers.find((peer) => peer.name === name))
  const rows = Object.entries(features).map(([key, title]) => [
    title,
    ...described.map((peer) => peer.features[key]),
  ])
  return markdownTable({ header: ['', ...SUBJECTS], rows }).replaceAll('---:', '---')
}

function numbers({ run, results }) {
  const rows = ROWS.map(([title, name, column, unit]) => [
    title,
    ...SUBJECTS.map((subject) =>
      textOf(
        results.find((result) => result.name === name),
        subject,
        column,
        unit,
      ),
    ),
  ])
  const versions = SUBJECTS.slice(1).map((name) => `${name} ${run.versions[name]}`)
  return `${markdownTable({ header: ['', ...SUBJECTS], rows })}

Medians of ${run.rounds} rounds, one process for each subject and round: \`${run.command}\` on ${run.date.slice(0, 10)}, ${run.cpu}, ${run.cpus} CPUs,
Node ${run.node}; ${versions.join(', ')}. Absolute numbers are that machine's. \`~\` varied by more than 20 % between rounds. How each was used,
and more rivals and cases: [benchmarks](benchmarks/README.md).`
}

function textOf(result, subject, column, unit) {
  const measured = result && cell(result, subject, column)
  if (measured === undefined) return '–'
  const { value, unsteady } = measured
  const digits = unit === 'ns' && value < 100 ? 1 : 0
  return `${unsteady ? '~' : ''}${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`
}
