// Medians and ratios over rounds. Knows nothing of what was measured.

export function median(values) {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Half the distance between the extremes, as a share of the median: how far a number can be trusted. */
export function spread(values) {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values)
}

/** The median of the ratios within each round, so that a slow moment of the machine cancels out. */
export function pairedRatio(values, baseline) {
  const ratios = []
  for (let round = 0; round < Math.min(values.length, baseline.length); round++) {
    ratios.push(values[round] / baseline[round])
  }
  return median(ratios)
}
