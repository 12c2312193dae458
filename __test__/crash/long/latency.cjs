/** How long calls take: hits and misses, in nanoseconds, from one report to the next. */
'use strict'
const { createHistogram } = require('node:perf_hooks')

const [hits, misses] = [createHistogram(), createHistogram()]

function record(ms, isMiss) {
  const histogram = isMiss ? misses : hits
  histogram.record(Math.max(1, Math.round(ms * 1e6)))
}

/** Of hits, then of misses: how many, the median, the 99th percentile, the longest. */
function report() {
  const figures = [hits, misses].flatMap((each) => [
    each.count,
    each.percentile(50),
    each.percentile(99),
    each.count === 0 ? 0 : each.max,
  ])
  hits.reset()
  misses.reset()
  return figures
}

module.exports = { record, report }
