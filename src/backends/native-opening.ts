/**
 * Opens the table of a cache, and opens it again when its file is not the one to use any more, or could not be had
 * before. What is a mistake of the user's is thrown when the function is cached; everything else is told once, and tried
 * again from time to time, while the function computes.
 */
import { plainError, typeError, type WarpCacheErrorCode } from '../errors'
import type { ParsedOptions } from '../options'
import { NativeTable } from './native-table'
import { reasonOf, warnOfDetachment } from './native-warnings'

/** The first pause before another try, and the longest one, in milliseconds. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 16_000

/** What only somebody can mend who has to know. */
const FATAL: readonly unknown[] = ['ERR_WARP_CACHE_PLATFORM', 'ERR_WARP_CACHE_DIRECTORY']
/** What passes, or what the cache may go without. */
const TEMPORARY: readonly unknown[] = [
  'ERR_WARP_CACHE_MEMORY',
  'ERR_WARP_CACHE_FULL',
  'ERR_WARP_CACHE_BUSY',
  'ERR_WARP_CACHE_FILE',
]

export class Opening {
  private warned = false
  private pause = FIRST_PAUSE
  private nextTry = 0

  constructor(
    private readonly name: string,
    private readonly options: ParsedOptions,
  ) {}

  /** The table, or undefined: it cannot be had now. Throws what is wrong with the options, or with the machine. */
  first(): NativeTable | undefined {
    try {
      return new NativeTable(this.name, this.options)
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown }
      const text = `The cache '${this.name}': ${message}.`
      if (code === 'ERR_WARP_CACHE_OPTION') throw typeError(code, text)
      if (FATAL.includes(code)) throw plainError(code as WarpCacheErrorCode, text)
      if (!TEMPORARY.includes(code)) throw error
      this.failed(error)
      return undefined
    }
  }

  /** The table, opened anew; undefined if it cannot be had, or it is too soon for another try. Throws nothing. */
  again(): NativeTable | undefined {
    if (performance.now() < this.nextTry) return undefined
    try {
      const table = new NativeTable(this.name, this.options)
      this.pause = FIRST_PAUSE
      // Whatever makes a file useless at once must not make every call open another one.
      this.nextTry = performance.now() + FIRST_PAUSE
      return table
    } catch (error) {
      this.failed(error)
      return undefined
    }
  }

  private failed(error: unknown): void {
    this.nextTry = performance.now() + this.pause
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE)
    if (!this.warned) warnOfDetachment(this.name, reasonOf(error))
    this.warned = true
  }
}
