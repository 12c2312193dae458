// Turns a case's result into rows of text, and rows into a table for the terminal or for Markdown.

import { cell } from './results.mjs'

const UNITS = {
  ns: { name: 'nanoseconds per call', digits: (value) => (value < 100 ? 1 : 0) },
  bytes: { name: 'bytes per entry', digits: () => 0 },
  ms: { name: 'milliseconds', digits: (value) => (value < 10 ? 2 : 1) },
  KB: { name: 'KB (1,000 bytes)', digits: () => 1 },
  MB: { name: 'MB (1,000,000 bytes)', digits: () => 1 },
  MiB: { name: 'MiB', digits: () => 2 },
  gain: {
    name: 'calls per second of two workers, as a multiple of those of one',
    digits: () => 2,
    noRatio: true,
  },
  'of one': {
    name: 'calls per second together, as a multiple of those of one',
    digits: () => 2,
    noRatio: true,
  },
  'of two': {
    name: 'calls per second together, as a multiple of those of two',
    digits: () => 2,
    noRatio: true,
  },
  '%': { name: 'percent', digits: () => 1, noRatio: true },
}

const NOTHING = '–'

/** { caption, header, rows, reasons }: a row per subject and a column per variant, or the other way round. */
export function tableOf(result, table) {
  const unit = UNITS[table.unit]
  const withRatio = result.baseline !== undefined && !unit.noRatio
  const measured = result.subjects.filter((subject) =>
    table.columns.some(({ id }) => result.samples[subject]?.[id] !== undefined),
  )
  const columns = table.columns.filter(({ id }) => measured.some((subject) => result.samples[subject]?.[id]))
  const textOf = (subject, column) => cellText(cell(result, subject, column.id), unit, withRatio)
  const caption = [
    table.title,
    unit.name,
    withRatio ? `in brackets the ratio to ${result.baseline}` : '',
    result.note ?? '',
  ]
  const grid = table.transposed
    ? {
        header: ['', ...measured],
        rows: columns.map((column) => [column.title, ...measured.map((subject) => textOf(subject, column))]),
      }
    : {
        header: ['', ...columns.map((column) => column.title)],
        rows: measured.map((subject) => [subject, ...columns.map((column) => textOf(subject, column))]),
      }
  return { caption: caption.filter(Boolean).join('; '), ...grid, reasons: reasonsOf(result) }
}

function cellText(measured, unit, withRatio) {
  if (measured === undefined) return NOTHING
  const { value, ratio, unsteady } = measured
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: unit.digits(value),
    maximumFractionDigits: unit.digits(value),
  })
  const mark = unsteady ? '~' : ''
  return withRatio && ratio !== undefined ? `${mark}${text} (${ratioText(ratio)})` : `${mark}${text}`
}

export const ratioText = (ratio) => `${ratio.toFixed(ratio < 10 ? 2 : 0)}×`

/** Why subjects have no number, one line per reason: "– p-memoize, bentocache: asynchronous only". */
function reasonsOf(result) {
  const subjectsOf = new Map()
  for (const [subject, byVariant] of Object.entries(result.reasons)) {
    for (const [reason, variants] of grouped(byVariant)) {
      const where = variants.length === result.variants.length ? '' : ` (${variants.join(', ')})`
      const text = `${reason}${where}`
      subjectsOf.set(text, [...(subjectsOf.get(text) ?? []), subject])
    }
  }
  const lines = [...subjectsOf].map(([text, subjects]) => `${NOTHING} ${subjects.join(', ')}: ${text}`)
  return [...lines, ...result.notes.map((note) => `${NOTHING} ${note}`)]
}

/** { a: 1, b: 2, c: 1 } to [[1, [a, c]], [2, [b]]]. */
function grouped(byVariant) {
  const variantsOf = new Map()
  for (const [variant, reason] of Object.entries(byVariant)) {
    variantsOf.set(reason, [...(variantsOf.get(reason) ?? []), variant])
  }
  return variantsOf
}

export function plainTable({ header, rows }) {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i].length)))
  const line = (row) =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  ')
  return [header, ...rows].map((row) => `  ${line(row)}`.trimEnd()).join('\n')
}

export function markdownTable({ header, rows }, { numbers = true } = {}) {
  const line = (row) => `| ${row.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = header.map((_, i) => (i > 0 && numbers ? '---:' : '---'))
  return [line(header), line(rule), ...rows.map(line)].join('\n')
}
