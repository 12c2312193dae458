// What a run has measured, case by case, as it is written to JSON and read back by the report:
// samples[subject][column] holds one number per round, reasons[subject][variant] why there is none.

import { median, pairedRatio, spread } from './statistics.mjs'

const UNSTEADY = 0.2

export function emptyResult(question, subjects, variants, quick) {
  return {
    name: question.name,
    title: question.title,
    note: question.note?.(quick),
    baseline: question.baseline,
    subjects,
    variants,
    tables: question.tables ?? [
      {
        title: '',
        unit: question.unit,
        columns: variants.map((variant) => ({ id: variant, title: variant })),
      },
    ],
    samples: {},
    reasons: {},
    notes: [],
  }
}

export function record(result, subject, variant, answer) {
  const reason = answer.skipped ?? (answer.wrong && `wrong: ${answer.wrong}`) ?? answer.failed
  if (reason !== undefined) {
    result.reasons[subject] ??= {}
    result.reasons[subject][variant] = reason
    // One wrong round makes the others worthless.
    delete result.samples[subject]?.[variant]
    return
  }
  const measured = { [subject]: answer.values, ...answer.beside }
  for (const [name, values] of Object.entries(measured)) {
    result.samples[name] ??= {}
    const columns = result.samples[name]
    for (const [column, value] of Object.entries(values)) {
      columns[column] ??= []
      columns[column].push(value)
    }
  }
  for (const note of answer.notes ?? []) if (!result.notes.includes(note)) result.notes.push(note)
}

/** Whether a subject that can do a case gave wrong results in it, or none. */
export function isBroken(result, subject, column) {
  return Object.entries(result.reasons[subject] ?? {}).some(
    ([variant, reason]) =>
      /^(wrong|failed): /.test(reason) && (variant === column || !result.variants.includes(column)),
  )
}

/** A subject that takes so many times the baseline's time needs no second round to be believed. */
const FAR_BEHIND = 20

export function isFarBehind(result, subject, variant) {
  const first = result.samples[subject]?.[variant]?.[0]
  const baseline = result.samples[result.baseline]?.[variant]?.[0]
  return first > FAR_BEHIND * baseline
}

export const isRuledOut = (result, subject, variant) => result.reasons[subject]?.[variant] !== undefined

/** { value, ratio, unsteady } or undefined where nothing was measured. */
export function cell(result, subject, column) {
  const samples = result.samples[subject]?.[column]
  if (samples === undefined) return undefined
  const baseline = result.samples[result.baseline]?.[column]
  return {
    value: median(samples),
    ratio: baseline && pairedRatio(samples, baseline),
    unsteady: samples.length > 1 && spread(samples) > UNSTEADY,
  }
}

/** The ratio of two subjects in one column, or undefined. */
export function ratioOf(result, subject, over, column) {
  const samples = result?.samples[subject]?.[column]
  const baseline = result?.samples[over]?.[column]
  return samples && baseline && pairedRatio(samples, baseline)
}

export function measuredValue(result, subject, column) {
  const samples = result?.samples[subject]?.[column]
  return samples && median(samples)
}
