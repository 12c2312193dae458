/** Numbers and names as people read them, and tables of them. Whatever a file says cannot steer the terminal. */
import Table from 'cli-table3'
import type { SharedCache } from '../addon'

/** A number of things. */
export const count = (number: number) => number.toLocaleString('en-US', { maximumFractionDigits: 0 })

export function bytes(number: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let unit = 0
  let value = number
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** How long, in milliseconds, to one unit. */
export function duration(ms: number): string {
  for (const [unit, length] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const) {
    if (ms >= length) return `${Math.floor(ms / length)} ${unit}`
  }
  return `${Math.floor(ms / 1000)} s`
}

/** A share of 1, unless there was nothing to have a share of. */
export const percent = (ratio: number | null) => (ratio === null ? '-' : `${(100 * ratio).toFixed(1)} %`)

/** Text of a file, without characters that a terminal obeys. */
export const printable = (text: string) => text.replace(/\p{C}/gu, '\uFFFD')

/** The digits that people call a file by. */
export const shortFile = (file: string) => file.slice(0, 8)

/** The name of a cache, or what there is to say where none can be read. */
export function nameOf({ identity, layoutVersion }: SharedCache): string {
  if (identity !== undefined) return printable(identity.name)
  return layoutVersion === undefined ? '(unreadable)' : `(unreadable, layout ${layoutVersion})`
}

export function stateOf({ isUsed, isRetired, isCurrent, idle, layoutVersion }: SharedCache): string {
  if (isRetired) return 'retired'
  if (isUsed) return 'in use'
  if (layoutVersion === undefined) return 'unusable'
  return isCurrent ? `idle ${duration(idle)}` : 'of another boot'
}

/** Columns without lines between them. A heading that begins with `>` stands over a column of numbers. */
export function columns(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: headings.map((heading) => heading.replace(/^>/, '')),
    colAligns: headings.map((heading) => (heading.startsWith('>') ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: NO_LINES,
  })
  for (const row of rows) table.push([...row])
  return trimmed(table.toString())
}

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
  ),
)
Object.assign(NO_LINES, { mid: '', 'mid-mid': '', middle: '' })

const trimmed = (text: string) => text.replace(/[ \t]+$/gm, '')
