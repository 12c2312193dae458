// The questions in the order in which they are asked and printed.

export const CASE_NAMES = [
  'hit-number',
  'hit-string',
  'hit-two-args',
  'hit-object',
  'hit-megamorphic',
  'hit-method',
  'hit-awaited',
  'miss-evict',
  'hit-ttl',
  'memory',
  'gc',
  'live-million',
  'zipf',
  'near-hit',
  'cold-hit',
  'put',
  'redis',
  'cluster',
  'workers',
  'processes',
  'ancestor',
  'off-heap',
  'entry-bytes',
  'large-values',
  'empty-file',
  'attach',
  'import-cost',
  'hit-ratio',
]

export async function loadCase(name) {
  return (await import(`./${name}.mjs`)).default
}
