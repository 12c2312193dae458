// Writes the Markdown page of a run from its JSON, so that every number on the page comes from a command.
//   node benchmarks/report.mjs [RESULTS.json …] [--out docs/benchmarks.md] [--readme README.md]
// The second option fills the blocks of README.md; alone, and without a full run, those that need no numbers. Of several
// results, the cases of later ones replace those of the first, which the page says.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { barsTable, judge } from './bars.mjs'
import { fillReadme } from './lib/readme.mjs'
import { markdownTable, tableOf } from './lib/table.mjs'
import { ALL_SUBJECTS, loadPeer } from './peers/index.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

const TEXT = { numbers: false }

const FEATURES = {
  key: 'the key is',
  equalObjects: 'equal objects hit',
  bound: 'bound',
  ttl: 'TTL',
  undefinedValue: 'caches `undefined`',
  failures: 'failures',
  concurrent: 'concurrent callers share',
  decorator: 'decorator',
  statistics: 'statistics',
}

const { values: options, positionals } = parseArgs({
  options: { out: { type: 'string' }, readme: { type: 'string' } },
  allowPositionals: true,
})
const files = positionals.length > 0 ? positionals : [here('results/full.json')]
const measured = options.readme && !existsSync(files[0]) ? undefined : together(files)
const { run, again, results, bars } = measured ?? {}
process.env.WARP_CACHE_BENCH_IMPL ??= here('../dist/esm.mjs')
const peers = await Promise.all(ALL_SUBJECTS.map(loadPeer))

if (options.readme) fillReadme(options.readme, FEATURES, peers, measured)
if (options.out) writeFileSync(options.out, page())
else if (!options.readme) process.stdout.write(page())

/** The first run, with the cases of the others in place of its own. */
function together([first, ...others]) {
  const read = (file) => JSON.parse(readFileSync(file, 'utf8'))
  const { run, results } = read(first)
  const again = []
  for (const { run: other, results: cases } of others.map(read)) {
    again.push({ run: other, cases: cases.map(({ name }) => name) })
    for (const result of cases) {
      const at = results.findIndex(({ name }) => name === result.name)
      if (at < 0) results.push(result)
      else results[at] = result
    }
  }
  return { run, again, results, bars: judge(results) }
}

function page() {
  const parts = [heading(), ...verdict(), ...results.flatMap(section), ...features(), ...subjects()]
  return `${parts.join('\n\n')}\n`
}

function heading() {
  return `# Benchmarks

<!-- Written by \`node benchmarks/report.mjs\`; change the benchmarks, not this page. -->

Measured on ${run.date.slice(0, 10)} by \`${run.command}\` in ${Math.round(run.seconds / 60)} minutes:
${run.cpu}, ${run.cpus} CPUs, ${run.memoryGiB} GiB, ${run.platform}, Node ${run.node} (V8 ${run.v8}).${run.quick ? ' A quick run: smaller caches, fewer subjects.' : ''}${again.map(oneMore).join('')}

Absolute numbers are this machine's; ratios travel better. Each number is the median of ${run.rounds} rounds (memory and
hit ratios: one round). Each round is a new process that holds one subject only, warmed until its times stand still.
The subjects take turns within a round, and a ratio is the median of the ratios of the rounds; a subject that takes
more than twenty times the baseline's time runs once. (With worker threads, and with several processes, the yardstick has
threads or processes of its own beside, and the phases of both alternate.) Results are summed and checked; a hit that computed again would
be an error. \`~\` marks a number that varied by more than 20 % between rounds.`
}

function oneMore({ run: { date, command }, cases }) {
  return ` The cases ${cases.join(', ')} were measured once more, on ${date.slice(0, 10)} by \`${command.replace(/ --out \S+/, '')}\`.`
}

function verdict() {
  return ['## What we promise, and what was measured', markdownTable(barsTable(bars), TEXT)]
}

function section(result) {
  const parts = [`## ${result.title}`]
  for (const table of result.tables) {
    const grid = tableOf(result, table)
    if (grid.rows.length > 0) parts.push(`${capital(grid.caption)}.`, markdownTable(grid))
    if (table === result.tables.at(-1) && grid.reasons.length > 0) parts.push(grid.reasons.join('  \n'))
  }
  return parts
}

function features() {
  const described = peers.filter((peer) => peer.features)
  const rows = described.map((peer) => [peer.name, ...Object.keys(FEATURES).map((key) => peer.features[key])])
  return ['## Features', markdownTable({ header: ['', ...Object.values(FEATURES)], rows }, TEXT)]
}

function subjects() {
  const rows = peers.map((peer) => [peer.name, run.versions[peer.package ?? peer.name] ?? '', peer.how])
  return ['## Subjects', markdownTable({ header: ['', 'version', 'how it is used here'], rows }, TEXT)]
}

function capital(sentence) {
  return sentence[0].toUpperCase() + sentence.slice(1)
}
