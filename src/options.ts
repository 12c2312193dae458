/**
 * The options, parsed once at decoration into a complete and frozen object: whatever is wrong with them is said there,
 * never at the first call.
 */
import { clock, type TimeSource, UserClock } from './clock'
import { NEVER } from './expiry'
import { notAStore, notOptions, unfitOption, unknownOption, wrongOption } from './mistakes'
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
const MEMORY_ONLY = ['maxSize', 'policy', 'graceWindow'] as const
const STORE_ONLY = ['exclusive'] as const
const COMMON_OPTIONS = [
  ...MEMORY_ONLY,
  'ttl',
  'backend',
  'name',
  'version',
  'freeze',
  'now',
  ...STORE_ONLY,
] as const
type OptionName = (typeof COMMON_OPTIONS)[number] | (typeof FUNCTION_OPTIONS)[number]
type RawOptions = Partial<Record<OptionName, unknown>>

const DEFAULT_MAX_SIZE = 128
const DEFAULT_GRACE_WINDOW = 0.05

/** Parses the options of `cache`. */
export function parseFunctionOptions(options: unknown): ParsedOptions {
  return parse(options, 'cache()', [...COMMON_OPTIONS, ...FUNCTION_OPTIONS])
}

/** Parses the options of `createCache`. */
export function parseCacheOptions(options: unknown): ParsedOptions {
  return parse(options, 'createCache()', COMMON_OPTIONS)
}

/** A TTL given for one entry: `fallback` if there is none. */
export function parseEntryTtl(options: unknown, fallback: number): number {
  if (options === undefined) return fallback
  const { ttl } = read(options, 'an entry', ['ttl'])
  return ttl === undefined ? fallback : parseTtl(ttl)
}

function parse(options: unknown, owner: string, known: readonly OptionName[]): ParsedOptions {
  const raw = options === undefined ? {} : read(options, owner, known)
  const store = parseBackend(raw.backend)
  const unfit = store === undefined ? STORE_ONLY : MEMORY_ONLY
  for (const name of unfit) {
    if (raw[name] !== undefined) throw unfitOption(name, store === undefined)
  }
  const given = <T>(name: OptionName, type: string, fallback: T): T => {
    const value = raw[name]
    if (value === undefined) return fallback
    return demand(name, value, type, true) as T
  }
  const now = given<(() => number) | undefined>('now', 'function', undefined)
  return Object.freeze({
    maxSize: parseMaxSize(raw.maxSize),
    ttl: raw.ttl === undefined ? NEVER : parseTtl(raw.ttl),
    store,
    policy: parsePolicy(raw.policy),
    graceWindow: parseGraceWindow(raw.graceWindow),
    key: given<AnyFunction | undefined>('key', 'function', undefined),
    name: given<string | undefined>('name', 'string', undefined),
    version: given<string | undefined>('version', 'string', undefined),
    freeze: given('freeze', 'boolean', false),
    clock: now === undefined ? clock : new UserClock(now),
    cacheErrors: parseCacheErrors(raw.cacheErrors),
    perInstance: parsePerInstance(raw.perInstance),
    exclusive: given('exclusive', 'boolean', false),
  })
}

function parseMaxSize(value: unknown): number {
  if (value === undefined) return DEFAULT_MAX_SIZE
  const valid = value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) >= 0)
  return demand('maxSize', value, 'number', valid) as number
}

function parseTtl(value: unknown): number {
  return demand('ttl', value, 'number', isAbove0(value)) as number
}

// Compared only once it is known to be a number: anything else might have a `valueOf` to run.
function isAbove0(value: unknown): boolean {
  return typeof value === 'number' && value > 0
}

function parsePolicy(value: unknown): PolicyName {
  if (value === undefined) return 'sieve'
  const valid = POLICY_NAMES.includes(value as PolicyName)
  return demand('policy', value, undefined, valid) as PolicyName
}

function parseGraceWindow(value: unknown): number {
  if (value === undefined) return DEFAULT_GRACE_WINDOW
  const valid = typeof value === 'number' && value >= 0 && value < 1
  return demand('graceWindow', value, 'number', valid) as number
}

function parseCacheErrors(value: unknown): ParsedOptions['cacheErrors'] {
  if (value === undefined || value === false) return false
  if (typeof value === 'function') return value as (error: unknown) => unknown
  return demand('cacheErrors', value, 'number', isAbove0(value)) as number
}

function parsePerInstance(value: unknown): boolean | AnyFunction {
  if (value === undefined) return true
  if (typeof value === 'function') return value as AnyFunction
  return demand('perInstance', value, 'boolean', true) as boolean
}

function parseBackend(value: unknown): Store | undefined {
  if (value === undefined || value === 'memory' || value === Backend.MEMORY) return undefined
  if (typeof value !== 'object' || value === null) demand('backend', value, undefined, false)
  const store = value as Record<string, unknown>
  const missing = ['get', 'set', 'delete', 'clear'].filter((method) => typeof store[method] !== 'function')
  const older = typeof store.get === 'function' && typeof store.put === 'function'
  if (missing.length === 0 || older) return value as Store
  throw notAStore(missing)
}

/** Checks a value: a TypeError if it is of another type, a RangeError if it is not valid. Returns it. */
function demand(name: OptionName, value: unknown, type: string | undefined, valid: boolean): unknown {
  const fits = type === undefined || typeof value === type
  if (fits && valid) return value
  throw wrongOption(name, value, fits ? undefined : type)
}

/** A copy of an options object that has no other than the known options. */
function read(options: unknown, owner: string, known: readonly OptionName[]): RawOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw notOptions(options, owner)
  }
  const copy: RawOptions = { ...options }
  for (const name of Object.keys(copy)) {
    if (!known.includes(name as OptionName)) throw unknownOption(name, owner, known)
  }
  return copy
}
