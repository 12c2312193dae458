/** What options are once they are parsed: complete, and frozen. Given here: what they are where nothing was said. */
import { clock, type TimeSource } from './clock'
import type { ValueCodec } from './codec/codec'
import { NEVER } from './expiry'
import type { PolicyName } from './policies/policy'
import type { AnyFunction, Store } from './types'

/** The backends that have a name; a store of the user's is given as an object instead. */
export const Backend = Object.freeze({
  /** This isolate's heap. */
  MEMORY: 0,
  /** A file that all processes of this user on the machine share. */
  SHARED: 1,
  /** Memory of this process outside of V8's heap, for all its threads. */
  THREADS: 2,
} as const)

/** Every option, complete. */
export interface ParsedOptions {
  readonly maxSize: number
  /** Milliseconds, or `NEVER`. */
  readonly ttl: number
  /** Undefined but where a store is the backend. */
  readonly store: Store | undefined
  /** Undefined but where entries live in native memory. */
  readonly native: NativeOptions | undefined
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

/** Every option of tables in native memory. */
export interface NativeOptions {
  /** Whether it is for all processes of the user, or else for all threads of this one. */
  readonly shared: boolean
  readonly maxBytes: number
  readonly maxKeySize: number
  readonly maxValueSize: number
  /** @internal The compiler of a user need not know its types. */
  readonly codec: ValueCodec
  readonly near: boolean | 'primitives'
  readonly nearSize: number
}

export const DEFAULTS: ParsedOptions = Object.freeze({
  maxSize: 128,
  ttl: NEVER,
  store: undefined,
  native: undefined,
  policy: 'sieve',
  graceWindow: 0.05,
  key: undefined,
  name: undefined,
  version: undefined,
  freeze: false,
  clock,
  cacheErrors: false,
  perInstance: true,
  exclusive: false,
})

/** The defaults, but for what is given. One function makes them all, so that they are of one form. */
export function complete(given: Partial<ParsedOptions>): ParsedOptions {
  return Object.freeze({ ...DEFAULTS, ...given })
}

/** Whether `value` can be the option `maxSize`. */
export function isSize(value: unknown): value is number {
  return value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) >= 0)
}

/** Whether `value` is a number above 0. Not compared before: anything else might have a `valueOf` to run. */
export function isAbove0(value: unknown): value is number {
  return typeof value === 'number' && value > 0
}
