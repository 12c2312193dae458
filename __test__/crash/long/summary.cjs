/** A run in figures: what is drawn, and whether it grows. */
'use strict'
const { growth } = require('./growth.cjs')

/** By how much medians may differ: collectors of garbage have their moods, in a short run more so. */
const TOLERANCE = Number(process.env.TOLERANCE)
const EXACTLY = 0
/** Those who never die; the first two measure. */
const WHO = ['near off', 'near on', 'threads']
const MEASURING = 2
const MIB = 2 ** 20
/** Where a report of `latency.cjs` has what. */
const FIGURES = { hit: 0, miss: 4 }
const QUANTILES = { p50: 1, p99: 2, max: 3 }

const allocated = ({ caches }) => caches.lasting.allocated + caches.expiring.allocated
const skipped = ({ caches }) => caches.lasting.skippedWrites + caches.expiring.skippedWrites
const processes = ({ caches }) => caches.lasting.places.processes
const ofThree = (pick) => (sample) => sample.lasting.reduce((sum, one) => sum + pick(one), 0)

/** A name, where it is in a sample, and by what share it may grow. */
const GROWTH = [
  ['RSS of all, bytes', ({ rss }) => rss, TOLERANCE],
  ['PSS of all, bytes', ({ pss }) => pss, TOLERANCE],
  ...WHO.map((who, n) => [`RSS, ${who}, bytes`, ({ lasting }) => lasting[n].rss, TOLERANCE]),
  ['allocated to the caches, bytes', allocated, TOLERANCE],
  ['taken by the directory, bytes', ({ room }) => room.taken, TOLERANCE],
  ['used of the file system, bytes', ({ room }) => room.fileSystem],
  ['processes in a file', processes, EXACTLY],
  ['places that isolates have had', ({ caches }) => caches.lasting.places.isolates],
  ...WHO.flatMap((who, n) => [
    [`file descriptors, ${who}`, ({ lasting }) => lasting[n].descriptors, EXACTLY],
    [`mappings of caches, ${who}`, ({ lasting }) => lasting[n].mappings.ours, EXACTLY],
    [`mappings, ${who}`, ({ lasting }) => lasting[n].mappings.all, TOLERANCE],
  ]),
]

/** The panels of the plot that follow from samples: names of lines, and their values. */
const DRAWN = {
  memory: {
    'RSS of all eight': ({ rss }) => rss / MIB,
    'PSS of all eight': ({ pss }) => pss / MIB,
    'both files, allocated': (sample) => allocated(sample) / MIB,
  },
  descriptors: {
    'file descriptors of three': ofThree((one) => one.descriptors),
    'mappings of files, of three': ofThree((one) => one.mappings.ours),
    'processes in a file': processes,
  },
}

function summarize(samples, { counts, latencies }, { begun, ended, windowMs }) {
  const line = (pick) => samples.map((sample) => [sample.at, pick(sample)])
  const drawn = mapped(DRAWN, (lines) => mapped(lines, line))
  const rows = GROWTH.map(([name, pick, tolerance]) => growth(name, samples.map(pick), tolerance))
  const isWithin = ({ at }) => at >= begun && at <= ended
  for (const [what, from] of Object.entries(FIGURES)) {
    drawn[what] = {}
    for (let writer = 0; writer < MEASURING; writer++) {
      const reports = latencies.filter(
        (one) => one.writer === writer && isWithin(one) && one.figures[from] > 0,
      )
      for (const [quantile, place] of Object.entries(QUANTILES)) {
        const points = reports.map(({ at, figures }) => [at - begun, figures[from + place] / 1_000])
        drawn[what][`${quantile}, ${WHO[writer]}`] = points
        const values = points.map(([, us]) => us)
        rows.push(growth(`${what}, ${quantile}, ${WHO[writer]}, µs`, values))
      }
    }
  }
  const windowSeconds = windowMs / 1_000
  const minutes = (ended - begun) / 60_000
  return {
    minutes,
    samples: samples.length,
    windowSeconds,
    totals: totals(samples, counts),
    growth: rows,
    drawn,
  }
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))
}

function totals(samples, counts) {
  const [first, last] = [samples[0], samples.at(-1)]
  const busy = last.processors.busy - first.processors.busy
  const free = last.processors.free - first.processors.free
  const { hits, nearHits, misses, evictions, expirations } = last.caches.lasting
  return {
    ...counts,
    hits,
    nearHits,
    misses,
    evictions,
    expirations,
    skippedWrites: skipped(last),
    processorsBusy: busy / (busy + free),
  }
}

module.exports = { summarize }
