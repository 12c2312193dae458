// The promises about speed and size, each with what this run has measured. A bar that was not measured in this
// run says so and counts as neither met nor missed; one whose subject gave wrong results is missed.

import { isBroken, measuredValue, ratioOf } from './lib/results.mjs'

const OURS = 'warp-cache'
const THREADS = 'warp-cache threads'
const SHARED = 'warp-cache shared'
const METHODS = ['warp-cache method (TC39)', 'warp-cache method (legacy)']

const BARS = [
  ...['number'].flatMap((column) => hitBars('hit-number', 'hit, number', column)),
  ...['same', 'fresh'].flatMap((column) => hitBars('hit-string', `hit, string (${column})`, column)),
  ...['two numbers', 'two strings', 'id, language'].map((column) =>
    bar('hit-two-args', `two arguments (${column})`, column, 'lru-cache', 0.25),
  ),
  ...['{ id, lang }', 'five fields', 'nested'].map((column) =>
    bar('hit-object', `object argument (${column})`, column, 'lru-cache', 0.5),
  ),
  ...['number', 'string', 'mixed'].map((column) =>
    bar('hit-megamorphic', `twelve functions in turn (${column})`, column, 'lru-cache', 0.85),
  ),
  ...['number', 'string'].flatMap((column) => [
    bar('hit-awaited', `awaited hit (${column})`, column, 'Map', 1.1),
    bar('hit-awaited', `awaited hit (${column})`, column, 'p-memoize', 0.5),
  ]),
  ...METHODS.flatMap((subject) => [
    bar('hit-method', 'method hit, number', 'number', 'warp-cache function', 2.1, subject),
    bar('hit-method', 'method hit, string', 'string', 'warp-cache function', 1.8, subject),
    bar('hit-method', 'method hit, 8 × 2, number', '8 × 2, number', 'warp-cache function', 2.1, subject),
    bar('hit-method', 'method hit, 8 × 2, string', '8 × 2, string', 'warp-cache function', 1.8, subject),
    bar(
      'hit-method',
      'method hit, 8 × 2 apart, number',
      '8 × 2 apart, number',
      'warp-cache function',
      2.1,
      subject,
    ),
    bar(
      'hit-method',
      'method hit, 8 × 2 apart, string',
      '8 × 2 apart, string',
      'warp-cache function',
      1.8,
      subject,
    ),
    limit('hit-method', 'own keys that a decorated method adds to an object', 'own keys added', 0, subject),
    limit('hit-method', 'objects whose hidden class it changes', 'shapes changed', 0, subject),
  ]),
  bar('miss-evict', 'miss and evict, number', 'number', 'lru-cache', 0.9),
  bar('miss-evict', 'miss and evict, string', 'string', 'lru-cache', 1.0),
  ...['number', 'string'].map((column) =>
    bar('hit-ttl', `TTL hit, ${column}`, column, 'warp-cache, no TTL', 1.35),
  ),
  bar('memory', 'bytes per entry, number', 'number', 'lru-cache', 1.0),
  bar('memory', 'bytes per entry, string', 'string', 'lru-cache', 1.0),
  ...['two: unique firsts', 'two: 1000 × 1000', 'two: one first', '{ id, lang }'].map((column) =>
    bar('memory', `bytes per entry, ${column}`, column, 'lru-cache', 1.6),
  ),
  bar('memory', 'bytes per wrapped function', '10,000 functions', 'lru-cache', 1.2),
  ...['number', 'string'].map((column) => bar('gc', `full collection, ${column}`, column, 'lru-cache', 1.2)),
  ...Object.entries({ threads: THREADS, shared: SHARED }).flatMap(([backend, subject]) => [
    ...['number', 'same string', 'fresh string'].map((column) =>
      bar('near-hit', `near hit, ${backend}, ${column}`, column, 'warp-cache memory', 1.25, subject),
    ),
    ...['same string', 'fresh string'].map((column) =>
      bar('near-hit', `near hit, ${backend}, ${column}`, column, 'lru-cache', 1.0, subject),
    ),
  ]),
  ...['64 B string', '64 B string, fresh key'].map((column) =>
    bar('cold-hit', `cold hit, threads, ${column}`, column, 'Map', 7, THREADS),
  ),
  ...['64 B string', '1 KB string', 'five fields'].map((column) =>
    bar('cold-hit', `cold hit, threads, ${column}`, column, 'lmdb', 0.5, THREADS),
  ),
  ...['64 B string', '64 B string, fresh key'].flatMap((column) => [
    bar('cold-hit', `cold hit, shared, ${column}`, column, THREADS, 1.2, SHARED),
    bar('cold-hit', `cold hit, shared, ${column}`, column, 'lmdb', 0.5, SHARED),
  ]),
  ...['set', 'miss'].map((how) =>
    bar('put', `put by ${how}, threads, 64 B`, '64 B', 'Map, hit', 8, `${THREADS}, ${how}`),
  ),
  ...['64 B', '16 KB'].flatMap((column) =>
    ['set', 'miss'].flatMap((how) => [
      putBar('threads', THREADS, how, column, 'lmdb, put in a transaction', 0.5),
      putBar('shared', SHARED, how, column, 'lmdb, put in a transaction', 0.5),
      putBar('shared', SHARED, how, column, `${THREADS}, ${how}`, 1.3),
    ]),
  ),
  ...Object.entries({ 'many keys': 0.9, 'one hot key': 0.8, '90 % reads, 10 % writes': 0.75 }).map(
    ([column, least]) =>
      atLeast(
        'workers',
        `gain of a second worker, ${column}`,
        column,
        least,
        THREADS,
        'a Map in each worker',
      ),
  ),
  ...Object.entries({ 'cold hits': 0.9, '90 % reads, 10 % writes': 0.75 }).map(([what, least]) =>
    atLeast(
      'processes',
      `gain of a second process, ${what}`,
      `${what}, 2`,
      least,
      SHARED,
      'a Map in each process',
    ),
  ),
  ...['4', '8'].map((count) =>
    atLeast('processes', `${count} processes, as a multiple of two`, `${count} of 2`, 1, SHARED),
  ),
  ...[32, 64, 128, 256, 512, 1_024].flatMap((size) =>
    ['memory', 'shared'].map((backend) =>
      bar(
        'ancestor',
        `the ancestor's workload, ${backend}, maxSize ${size}`,
        `ns ${size}`,
        `Python's warp_cache, ${backend}`,
        1.0,
        `warp-cache ${backend}`,
      ),
    ),
  ),
  limit('off-heap', 'growth of the heap by a million entries of 100 B, MB', 'heap', 20, THREADS),
  bar('off-heap', 'full collection beside them', 'collection', 'warp-cache threads, cleared', 1.1, THREADS),
  limit('entry-bytes', "bytes per entry beside blocks, by the table's account", 'account', 96, THREADS),
  limit('entry-bytes', 'bytes per entry beside blocks, resident', 'resident', 96, THREADS),
  limit('entry-bytes', 'empty table of 100,000, MiB resident', 'empty', 4, THREADS),
  ...[`${THREADS}, near: false`, THREADS].map((subject) =>
    limit('large-values', `values of 1 MB, percent of maxBytes (${subject})`, 'most', 110, subject),
  ),
  limit('empty-file', 'an empty shared cache of 100,000, MiB in all', 'memory', 4, SHARED),
  limit('attach', 'opening a shared cache of 1 GiB, milliseconds', '1 GiB', 5, SHARED),
  limit('import-cost', 'import, milliseconds', 'ms', 10),
  limit('import-cost', 'native libraries that the import loads', 'native', 0),
  limit('import-cost', 'minified and gzipped, KB', 'size', 12),
]

function hitBars(name, title, column) {
  return [bar(name, title, column, 'lru-cache', 0.9), bar(name, title, column, 'Map', 1.6)]
}

function putBar(backend, subject, how, column, over, most) {
  return bar('put', `put by ${how}, ${backend}, ${column}`, column, over, most, `${subject}, ${how}`)
}

function bar(name, title, column, over, most, subject = OURS) {
  return { case: name, title, column, over, most, subject }
}

/** Not less than this, or than this share of what as many Maps gain, which share nothing. */
function atLeast(name, title, column, least, subject, over) {
  return { case: name, title, column, over, least, subject }
}

function limit(name, title, column, most, subject = OURS) {
  return { case: name, title, column, most, subject }
}

/** The subjects whose numbers the bars of one case need. */
export function subjectsOfBars(name) {
  return new Set(BARS.filter((one) => one.case === name).flatMap(({ subject, over }) => [subject, over]))
}

/** [{ title, bound, measured, verdict }] for the bars of the cases that took part. */
export function judge(results) {
  const byName = new Map(results.map((result) => [result.name, result]))
  return BARS.filter((one) => byName.has(one.case)).map((one) => {
    const result = byName.get(one.case)
    const measured = one.over
      ? ratioOf(result, one.subject, one.over, one.column)
      : measuredValue(result, one.subject, one.column)
    return {
      title: titleOf(one),
      bound: boundOf(one),
      measured: textOf(one, measured),
      verdict: isBroken(result, one.subject, one.column) ? 'MISSED' : verdict(one, measured),
    }
  })
}

const titleOf = ({ title, subject }) =>
  METHODS.includes(subject) ? `${title} ${subject.replace('warp-cache method ', '')}` : title

const boundOf = ({ most, least, over }) => {
  const bound = most === undefined ? `≥ ${least}` : `≤ ${most}`
  return over ? `${bound}× ${over}` : bound
}

function textOf({ over }, measured) {
  if (measured === undefined) return '–'
  return over ? `${measured.toFixed(3)}×` : String(Math.round(measured * 100) / 100)
}

function verdict({ most, least }, measured) {
  if (measured === undefined) return 'not measured'
  return (most === undefined ? measured >= least : measured <= most) ? 'met' : 'MISSED'
}

export const barsTable = (judged) => ({
  header: ['what', 'bar', 'measured', ''],
  rows: judged.map(({ title, bound, measured, verdict }) => [title, bound, measured, verdict]),
})
