/** Shows what all shared caches do, again and again: what has happened since the last time, by cache and by process. */
import type { SharedCache, SharedFiles } from '../addon'
import { hasInName } from './choose'
import { between, type Calls, type Frame, sample } from './counts'
import { bytes, columns, count, percent, printable, shortFile } from './text'

export interface Watching {
  /** A part of the names of those to show. */
  readonly name: string | undefined
  /** Seconds from one look to the next. */
  readonly every: number
  /** How often it shows something. */
  readonly times: number
  readonly json: boolean
}

const HOME = '\x1b[H'
const CLEAR_LINE = '\x1b[K'
const CLEAR_REST = '\x1b[J'
const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
/** Where the terminal does not say, or says 0. */
const LINES = 24
const COLUMNS = 80

/** Ends after so many times, or when it is told to by a signal. */
export async function top(files: SharedFiles, watching: Watching, output: NodeJS.WriteStream): Promise<void> {
  const { name, every, times, json } = watching
  const wanted = (cache: SharedCache) => name === undefined || hasInName(cache, name)
  const live = output.isTTY === true && !json
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  for (const signal of SIGNALS) process.once(signal, interrupt)
  if (live) output.write(HIDE_CURSOR + HOME + CLEAR_REST)
  try {
    let before = sample(files, wanted)
    for (let shown = 0; shown < times && (await waited(every * 1000, stop.signal)); shown++) {
      const after = sample(files, wanted)
      const frame = between(before, after)
      before = after
      if (json) output.write(`${JSON.stringify({ time: new Date().toISOString(), ...frame })}\n`)
      else if (live) output.write(HOME + fitted(drawn(frame), output) + CLEAR_REST)
      else output.write(`${drawn(frame)}\n\n`)
    }
  } finally {
    if (live) output.write(SHOW_CURSOR)
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Whether the time has passed without anybody asking to stop. */
function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve(!signal.aborted)
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

function drawn({ seconds, caches }: Frame): string {
  const title = `Shared caches: ${caches.length}, in the last ${seconds.toFixed(1)} s`
  const busiest = [...caches].sort((a, b) => calls(b) - calls(a) || (a.name < b.name ? -1 : 1))
  const rate = (number: number) => count(Math.round(number / seconds))
  const rows = busiest.flatMap((cache) => [
    [
      printable(cache.name),
      shortFile(cache.file),
      rate(cache.hits),
      rate(cache.misses),
      percent(cache.ratio),
      count(cache.entries),
      bytes(cache.bytes),
      rate(cache.evictions),
    ],
    ...cache.processes.map(({ pid, hits, misses, ratio }) => [
      `  process ${pid}`,
      '',
      rate(hits),
      rate(misses),
      percent(ratio),
      '',
      '',
      '',
    ]),
  ])
  const headings = ['NAME', 'FILE', '>HITS/S', '>MISSES/S', '>RATIO', '>ENTRIES', '>BYTES', '>EVICTIONS/S']
  return `${title}\n${columns(headings, rows)}`
}

const calls = ({ hits, misses, coalesced }: Calls) => hits + misses + coalesced

/** No more lines than there are, and none that is wrapped. */
function fitted(text: string, { rows, columns: width }: NodeJS.WriteStream): string {
  const lines = text.split('\n').slice(0, (rows || LINES) - 1)
  return lines.map((line) => `${line.slice(0, width || COLUMNS)}${CLEAR_LINE}\n`).join('')
}
