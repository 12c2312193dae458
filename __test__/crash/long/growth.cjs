/** Whether something grows: the median of the last quarter of a run against that of the second. */
'use strict'

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Of values in the order of time. `tolerance`: the share by which it may grow; undefined: it is only told. */
function growth(name, values, tolerance) {
  const at = (share) => Math.floor(values.length * share)
  const second = median(values.slice(at(1 / 4), at(1 / 2)))
  const last = median(values.slice(at(3 / 4)))
  const hasGrown = tolerance !== undefined && last > second * (1 + tolerance)
  return { name, second, last, tolerance, hasGrown }
}

module.exports = { growth }
