/** Parses options of every kind: whatever is wrong with them is said here. */
import { clock } from './clock'
import type { ValueCodec } from './codec/codec'
import { makeCodec } from './codec/codecs'
import {
  Backend,
  complete,
  DEFAULTS,
  isAbove0,
  isSize,
  type NativeOptions,
  type ParsedOptions,
} from './defaults'
import { rangeError, typeError } from './errors'
import { show } from './mistakes'
import { POLICY_NAMES, type PolicyName } from './policies/policy'
import type { AnyFunction, Store, UserCodec } from './types'
import { UserClock } from './user-clock'

const FUNCTION_OPTIONS = ['key', 'cacheErrors', 'perInstance'] as const
const TABLE_ONLY = ['maxSize', 'policy', 'graceWindow'] as const
const NATIVE_ONLY = ['maxBytes', 'maxKeySize', 'maxValueSize', 'codec', 'near', 'nearSize'] as const
const STORE_ONLY = ['exclusive'] as const
const COMMON_OPTIONS = [
  ...TABLE_ONLY,
  ...NATIVE_ONLY,
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

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024
const DEFAULT_MAX_KEY_SIZE = 512
const DEFAULT_MAX_VALUE_SIZE = 65_536
const DEFAULT_NEAR_SIZE = 1024
/** What a native table can number, and what one buffer can hold. */
const MAX_NATIVE_SIZE = 2 ** 26
const MAX_BUFFER = 2 ** 30

/** The options of `cache`. */
export function parseOfFunction(options: unknown): ParsedOptions {
  return parse(options, 'cache()', [...COMMON_OPTIONS, ...FUNCTION_OPTIONS])
}

/** The options of `createCache`. */
export function parseOfCache(options: unknown): ParsedOptions {
  return parse(options, 'createCache()', COMMON_OPTIONS)
}

/** The TTL in the options of one entry: `fallback` if there is none. */
export function parseOfEntry(options: unknown, fallback: number): number {
  const { ttl } = read(options, 'an entry', ['ttl'])
  return ttl === undefined ? fallback : parseTtl(ttl)
}

function parse(options: unknown, owner: string, known: readonly OptionName[]): ParsedOptions {
  const raw = options === undefined ? {} : read(options, owner, known)
  const backend = parseBackend(raw.backend)
  const store = typeof backend === 'object' ? backend : undefined
  refuseUnfit(raw, backend)
  const given = <T>(name: OptionName, type: string, fallback: T): T => {
    const value = raw[name]
    if (value === undefined) return fallback
    return demand(name, value, type, true, type === 'boolean' ? 'true or false' : `a ${type}`) as T
  }
  const now = given<(() => number) | undefined>('now', 'function', undefined)
  const native = isNative(backend)
  const maxSize = native ? parseNativeSize(raw.maxSize) : parseMaxSize(raw.maxSize)
  return complete({
    maxSize,
    ttl: raw.ttl === undefined ? DEFAULTS.ttl : parseTtl(raw.ttl),
    store,
    native: native ? parseNative(raw, maxSize, backend === 'shared') : undefined,
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
  if (value === undefined) return DEFAULTS.maxSize
  const expected = 'a whole number of entries from 0, or Infinity'
  return demand('maxSize', value, 'number', isSize(value), expected) as number
}

function parseNativeSize(value: unknown): number {
  return parseCount('maxSize', value, 0, MAX_NATIVE_SIZE, DEFAULTS.maxSize, 'entries')
}

/** Refuses options of other backends. */
function refuseUnfit(raw: RawOptions, backend: NamedBackend | Store): void {
  const refuse = (names: readonly OptionName[], why: (name: string) => string): void => {
    for (const name of names) if (raw[name] !== undefined) fail(why(name))
  }
  if (typeof backend === 'object') refuse(TABLE_ONLY, (name) => `\`${name}\` is for the store to decide.`)
  else refuse(STORE_ONLY, (name) => `\`${name}\` needs a store as \`backend\`.`)
  if (!isNative(backend))
    refuse(
      NATIVE_ONLY,
      (name) =>
        `\`${name}\` needs \`backend: 'shared'\` or 'threads', whose values live outside of V8's heap.`,
    )
  else if (raw.policy !== undefined && parsePolicy(raw.policy) !== 'sieve')
    fail(`\`policy\` must be 'sieve' with \`backend: '${backend}'\`, not ${show(raw.policy)}.`)
}

function parseNative(raw: RawOptions, maxSize: number, shared: boolean): NativeOptions {
  return Object.freeze({
    shared,
    maxBytes: parseCount('maxBytes', raw.maxBytes, 1, Number.MAX_SAFE_INTEGER, DEFAULT_MAX_BYTES, 'bytes'),
    maxKeySize: parseCount('maxKeySize', raw.maxKeySize, 1, MAX_BUFFER, DEFAULT_MAX_KEY_SIZE, 'bytes'),
    maxValueSize: parseCount(
      'maxValueSize',
      raw.maxValueSize,
      1,
      MAX_BUFFER,
      DEFAULT_MAX_VALUE_SIZE,
      'bytes',
    ),
    codec: parseCodec(raw.codec),
    near: parseNear(raw.near),
    nearSize: parseCount(
      'nearSize',
      raw.nearSize,
      1,
      MAX_NATIVE_SIZE,
      Math.max(1, Math.min(maxSize, DEFAULT_NEAR_SIZE)),
      'entries',
    ),
  })
}

function parseCount(
  name: string,
  value: unknown,
  least: number,
  most: number,
  fallback: number,
  unit: string,
): number {
  if (value === undefined) return fallback
  const valid = Number.isInteger(value) && (value as number) >= least && (value as number) <= most
  const expected = `a whole number of ${unit} from ${least} to ${most}`
  return demand(name, value, 'number', valid, expected) as number
}

const CODEC_NAMES: readonly unknown[] = ['structured', 'json', 'v8']

function parseCodec(value: unknown): ValueCodec {
  if (value === undefined) return makeCodec('structured')
  if (typeof value !== 'object' || value === null) {
    const expected = `one of ${CODEC_NAMES.map(show).join(', ')}, or { name, encode, decode }`
    demand('codec', value, undefined, CODEC_NAMES.includes(value), expected)
    return makeCodec(value as 'structured')
  }
  const { name, encode, decode } = value as Record<string, unknown>
  if (typeof name !== 'string' || name === '' || CODEC_NAMES.includes(name))
    fail(`\`codec.name\` must be a string of its own, not ${show(name)}.`)
  if (typeof encode !== 'function' || typeof decode !== 'function')
    fail('`codec` must have the functions `encode` and `decode`.')
  return makeCodec(value as UserCodec)
}

function parseNear(value: unknown): boolean | 'primitives' {
  if (value === undefined) return true
  if (value === 'primitives') return value
  return demand('near', value, 'boolean', true, "true, false or 'primitives'") as boolean
}

function parseTtl(value: unknown): number {
  return demand('ttl', value, 'number', isAbove0(value), 'a number of milliseconds above 0') as number
}

function parsePolicy(value: unknown): PolicyName {
  if (value === undefined) return DEFAULTS.policy
  const valid = POLICY_NAMES.includes(value as PolicyName)
  return demand(
    'policy',
    value,
    undefined,
    valid,
    `one of ${POLICY_NAMES.map(show).join(', ')}`,
  ) as PolicyName
}

function parseGraceWindow(value: unknown): number {
  if (value === undefined) return DEFAULTS.graceWindow
  const valid = typeof value === 'number' && value >= 0 && value < 1
  return demand('graceWindow', value, 'number', valid, 'a share of the capacity from 0 to below 1') as number
}

function parseCacheErrors(value: unknown): ParsedOptions['cacheErrors'] {
  if (value === undefined || value === false) return false
  if (typeof value === 'function') return value as (error: unknown) => unknown
  const expected = 'false, a number of milliseconds above 0, or a function'
  return demand('cacheErrors', value, 'number', isAbove0(value), expected) as number
}

function parsePerInstance(value: unknown): boolean | AnyFunction {
  if (value === undefined) return true
  if (typeof value === 'function') return value as AnyFunction
  return demand(
    'perInstance',
    value,
    'boolean',
    true,
    'true, false, or a function of the instance',
  ) as boolean
}

type NamedBackend = 'memory' | NativeBackend
type NativeBackend = 'shared' | 'threads'

function isNative(backend: NamedBackend | Store): backend is NativeBackend {
  return backend === 'shared' || backend === 'threads'
}

function parseBackend(value: unknown): NamedBackend | Store {
  if (value === undefined || value === 'memory' || value === Backend.MEMORY) return 'memory'
  if (value === 'shared' || value === Backend.SHARED) return 'shared'
  if (value === 'threads' || value === Backend.THREADS) return 'threads'
  if (typeof value !== 'object' || value === null) {
    const expected =
      "'memory' (Backend.MEMORY), 'shared' (Backend.SHARED), 'threads' (Backend.THREADS), or a store of your own"
    demand('backend', value, undefined, false, expected)
  }
  const store = value as Record<string, unknown>
  const missing = ['get', 'set', 'delete', 'clear'].filter((method) => typeof store[method] !== 'function')
  const older = typeof store.get === 'function' && typeof store.put === 'function'
  if (missing.length === 0 || older) return value as Store
  throw typeError('ERR_WARP_CACHE_STORE', `The store given as \`backend\` has no ${missing.join(', ')}.`)
}

/** Checks a value: a TypeError if it is of another type, a RangeError if it is not valid. Returns it. */
function demand(
  name: string,
  value: unknown,
  type: string | undefined,
  valid: boolean,
  expected: string,
): unknown {
  const fits = type === undefined || typeof value === type
  if (fits && valid) return value
  const error = fits ? rangeError : typeError
  throw error('ERR_WARP_CACHE_OPTION', `\`${name}\` must be ${expected}, not ${show(value)}.`)
}

/** A copy of an options object that has no other than the known options. */
function read(options: unknown, owner: string, known: readonly OptionName[]): RawOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    fail(`The options of ${owner} must be an object, not ${show(options)}.`)
  }
  const copy: RawOptions = { ...options }
  for (const name of Object.keys(copy)) {
    if (known.includes(name as OptionName)) continue
    const nearest = known.reduce((best, other) =>
      distance(name, other) < distance(name, best) ? other : best,
    )
    fail(
      `Unknown option ${show(name)} of ${owner}; did you mean \`${nearest}\`? There are: ${known.join(', ')}.`,
    )
  }
  return copy
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

function fail(message: string): never {
  throw typeError('ERR_WARP_CACHE_OPTION', message)
}
