/**
 * The options, parsed once at decoration into a complete and frozen object: whatever is wrong with them is said there,
 * never at the first call.
 */
import { clock, type TimeSource, UserClock } from './clock'
import { rangeError, typeError } from './errors'
import { NEVER } from './expiry'
import { POLICY_NAMES, type PolicyName } from './policies/policy'
import type { AnyFunction, Store } from './types'

/** The backends that have a name; a store of the user's is given as an object instead. */
export const Backend = Object.freeze({
  /** This isolate's heap. */
  MEMORY: 0,
} as const)

/** Every option, complete. */
export interface ParsedOptions {
  readonly maxSize: number
  /** Milliseconds, or `NEVER`. */
  readonly ttl: number
  /** Undefined in memory. */
  readonly store: Store | undefined
  readonly policy: PolicyName
  readonly graceWindow: number
  readonly key: AnyFunction | undefined
  readonly name: string | undefined
  readonly version: string | undefined
  readonly freeze: boolean
  readonly clock: TimeSource
  readonly cacheErrors: false | number | ((error: unknown) => unknown)
  readonly perInstance: boolean | AnyFunction
  readonly exclusive: boolean
}

const FUNCTION_OPTIONS = ['key', 'cacheErrors', 'perInstance'] as const
const COMMON_OPTIONS = [
  'maxSize',
  'ttl',
  'backend',
  'policy',
  'graceWindow',
  'name',
  'version',
  'freeze',
  'now',
  'exclusive',
] as const
type OptionName = (typeof COMMON_OPTIONS)[number] | (typeof FUNCTION_OPTIONS)[number]
type RawOptions = Partial<Record<OptionName, unknown>>

const DEFAULT_MAX_SIZE = 128
const DEFAULT_GRACE_WINDOW = 0.05

/** Parses the options of `cache`. */
export function parseFunctionOptions(options: unknown): ParsedOptions {
  return parse(options, 'cache', [...COMMON_OPTIONS, ...FUNCTION_OPTIONS])
}

/** Parses the options of `createCache`. */
export function parseCacheOptions(options: unknown): ParsedOptions {
  return parse(options, 'createCache', COMMON_OPTIONS)
}

/** A TTL given for one entry: `fallback` if there is none. */
export function parseEntryTtl(options: unknown, fallback: number): number {
  if (options === undefined) return fallback
  const { ttl, ...rest } = record(options, 'The options of an entry')
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined)
    throw optionError(`Unknown option ${show(unknown)} of an entry: the only one is \`ttl\`.`)
  return ttl === undefined ? fallback : parseTtl(ttl)
}

function parse(options: unknown, caller: string, known: readonly OptionName[]): ParsedOptions {
  const raw: RawOptions = options === undefined ? {} : { ...record(options, `The options of ${caller}()`) }
  for (const name of Object.keys(raw)) {
    if (!known.includes(name as OptionName)) throw optionError(unknownOption(name, caller, known))
  }
  const store = parseBackend(raw.backend)
  checkBackendOptions(raw, store)
  return Object.freeze({
    maxSize: parseMaxSize(raw.maxSize),
    ttl: parseTtl(raw.ttl),
    store,
    policy: parsePolicy(raw.policy),
    graceWindow: parseGraceWindow(raw.graceWindow),
    key: optional(raw, 'key', 'function') as AnyFunction | undefined,
    name: optional(raw, 'name', 'string') as string | undefined,
    version: optional(raw, 'version', 'string') as string | undefined,
    freeze: (optional(raw, 'freeze', 'boolean') as boolean | undefined) ?? false,
    clock: raw.now === undefined ? clock : new UserClock(optional(raw, 'now', 'function') as () => number),
    cacheErrors: parseCacheErrors(raw.cacheErrors),
    perInstance: parsePerInstance(raw.perInstance),
    exclusive: (optional(raw, 'exclusive', 'boolean') as boolean | undefined) ?? false,
  })
}

function parseMaxSize(value: unknown): number {
  if (value === undefined) return DEFAULT_MAX_SIZE
  if (typeof value !== 'number')
    throw optionError(`\`maxSize\` must be a number of entries, not ${show(value)}.`)
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= 0)) return value
  throw optionRange(
    `\`maxSize\` must be a whole number of entries from 0 on, or Infinity, not ${show(value)}.`,
  )
}

function parseTtl(value: unknown): number {
  if (value === undefined) return NEVER
  if (typeof value !== 'number')
    throw optionError(`\`ttl\` must be a number of milliseconds, not ${show(value)}.`)
  if (value > 0) return value
  throw optionRange(`\`ttl\` must be above 0 milliseconds, not ${show(value)}; leave it out for no expiry.`)
}

function parsePolicy(value: unknown): PolicyName {
  if (value === undefined) return 'sieve'
  if (POLICY_NAMES.includes(value as PolicyName)) return value as PolicyName
  throw optionRange(`\`policy\` must be one of ${POLICY_NAMES.map(show).join(', ')}, not ${show(value)}.`)
}

function parseGraceWindow(value: unknown): number {
  if (value === undefined) return DEFAULT_GRACE_WINDOW
  if (typeof value !== 'number') throw optionError(`\`graceWindow\` must be a number, not ${show(value)}.`)
  if (value >= 0 && value < 1) return value
  throw optionRange(`\`graceWindow\` must be a share of the capacity, from 0 to below 1, not ${show(value)}.`)
}

function parseCacheErrors(value: unknown): ParsedOptions['cacheErrors'] {
  if (value === undefined || value === false) return false
  if (typeof value === 'function') return value as (error: unknown) => unknown
  if (typeof value !== 'number') {
    throw optionError(
      `\`cacheErrors\` must be false, a number of milliseconds or a function, not ${show(value)}.`,
    )
  }
  if (value > 0) return value
  throw optionRange(`\`cacheErrors\` must be false or above 0 milliseconds, not ${show(value)}.`)
}

function parsePerInstance(value: unknown): boolean | AnyFunction {
  if (value === undefined) return true
  if (typeof value === 'boolean' || typeof value === 'function') return value as boolean | AnyFunction
  throw optionError(`\`perInstance\` must be true, false or a function of the instance, not ${show(value)}.`)
}

function parseBackend(value: unknown): Store | undefined {
  if (value === undefined || value === 'memory' || value === Backend.MEMORY) return undefined
  if (typeof value !== 'object' || value === null) {
    throw optionRange(
      `Unknown backend ${show(value)}: it is 'memory' (the default, also Backend.MEMORY), or a store of your own, ` +
        'an object with get, set, delete and clear.',
    )
  }
  const store = value as Record<string, unknown>
  const writes =
    typeof store.set === 'function' && typeof store.delete === 'function' && typeof store.clear === 'function'
  if (typeof store.get === 'function' && (writes || typeof store.put === 'function')) return value as Store
  const missing = ['get', 'set', 'delete', 'clear'].filter((method) => typeof store[method] !== 'function')
  throw typeError(
    'ERR_WARP_CACHE_STORE',
    `The object given as \`backend\` is no store: it has no ${missing.join(', ')}.`,
  )
}

function checkBackendOptions(raw: RawOptions, store: Store | undefined): void {
  const unfit =
    store === undefined ? (['exclusive'] as const) : (['maxSize', 'policy', 'graceWindow'] as const)
  for (const name of unfit) {
    if (raw[name] === undefined) continue
    throw optionError(
      store === undefined
        ? `\`${name}\` says something of a store, and there is none: give one as \`backend\`, or leave it out.`
        : `\`${name}\` cannot be given together with a store as \`backend\`: the store decides what it keeps.`,
    )
  }
}

function optional(raw: RawOptions, name: OptionName, type: 'function' | 'string' | 'boolean'): unknown {
  const value = raw[name]
  if (value === undefined || typeof value === type) return value
  throw optionError(`\`${name}\` must be a ${type}, not ${show(value)}.`)
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw optionError(`${what} must be an object, not ${show(value)}.`)
}

function unknownOption(name: string, caller: string, known: readonly string[]): string {
  const nearest = known.reduce((best, other) => (distance(name, other) < distance(name, best) ? other : best))
  const hint =
    distance(name, nearest) <= Math.max(2, name.length / 3) ? `; did you mean \`${nearest}\`?` : '.'
  return `Unknown option ${show(name)} of ${caller}()${hint} It takes ${known.map((option) => `\`${option}\``).join(', ')}.`
}

/** Levenshtein distance, blind to case. */
function distance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()]
  let row = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[to.length]
}

/** A value as messages show it; nothing of the value's own code runs. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return String(value)
}

function optionError(message: string): TypeError {
  return typeError('ERR_WARP_CACHE_OPTION', message)
}

function optionRange(message: string): RangeError {
  return rangeError('ERR_WARP_CACHE_OPTION', message)
}
