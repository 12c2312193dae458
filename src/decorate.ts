/**
 * `cache` in all its forms, told apart by their arguments: a function to wrap, options, or what a decorator is called
 * with in either dialect (TC39, or TypeScript's `experimentalDecorators`).
 */
import { cacheFunction } from './cache'
import { cacheMember, type Member } from './methods'
import { classCached, generatorCached, notDecorated, notForFunctions, notTaken } from './mistakes'
import { type ParsedOptions, parseFunctionOptions } from './options'
import type { AnyFunction, CacheFunction } from './types'

/**
 * Caches the results of a function, method, static method, private method or getter.
 *
 * `cache(fn, options?)` returns `fn` with a cache in front of it; `cache(options?)` returns a decorator, which also
 * wraps functions; `cache` is a decorator itself.
 *
 * @throws TypeError if the target cannot be cached or an option is unknown or of a wrong type.
 * @throws RangeError if an option is out of range.
 */
export const cache = function cache(...args: unknown[]): unknown {
  const [target, second] = args
  if (isContext(second) || isPropertyKey(second))
    return decorate(args, parseFunctionOptions(undefined), cache)
  if (typeof target === 'function') return wrap(target as AnyFunction, parseFunctionOptions(second), cache)
  if (args.length > 1 || (target !== undefined && typeof target !== 'object')) {
    throw notTaken('cache() takes a function or options', target)
  }
  const options = parseFunctionOptions(target)
  return function decorator(...decorated: unknown[]): unknown {
    const [value, context] = decorated
    if (isContext(context) || isPropertyKey(context)) return decorate(decorated, options, decorator)
    if (typeof value === 'function') return wrap(value as AnyFunction, options, decorator)
    throw notTaken('cache(options) takes a function, method or getter', value)
  }
} as CacheFunction

function wrap(fn: AnyFunction, options: ParsedOptions, site: AnyFunction): AnyFunction {
  check(fn)
  if (typeof options.perInstance === 'function') throw notForFunctions()
  return cacheFunction(fn, options, site)
}

/** What a TC39 decorator gets second, as far as it matters here. */
interface Context {
  readonly kind: string
  readonly name: string | symbol
}

function isContext(value: unknown): value is Context {
  if (typeof value !== 'object' || value === null) return false
  const { kind, name, addInitializer } = value as Record<string, unknown>
  return (
    typeof kind === 'string' &&
    isPropertyKey(name ?? '') &&
    (typeof addInitializer === 'function' || kind === 'class')
  )
}

function isPropertyKey(value: unknown): value is string | symbol {
  return typeof value === 'string' || typeof value === 'symbol'
}

function decorate(args: readonly unknown[], options: ParsedOptions, site: AnyFunction): unknown {
  const [target, second, third] = args
  return isContext(second)
    ? decorateTc39(target, second, options, site)
    : decorateLegacy(second, third, options, site)
}

function decorateTc39(
  value: unknown,
  { kind, name }: Context,
  options: ParsedOptions,
  site: AnyFunction,
): unknown {
  if (kind === 'method' || kind === 'getter') return member(kind, value as AnyFunction, options, site)
  throw notDecorated(kind, name)
}

function decorateLegacy(name: unknown, third: unknown, options: ParsedOptions, site: AnyFunction): unknown {
  if (typeof third === 'number') throw notDecorated('parameter', name)
  const descriptor = third as PropertyDescriptor | undefined
  if (typeof descriptor?.value === 'function') {
    return { ...descriptor, value: member('method', descriptor.value, options, site) }
  }
  if (descriptor?.get !== undefined)
    return { ...descriptor, get: member('getter', descriptor.get, options, site) }
  throw notDecorated(descriptor?.set === undefined ? 'field' : 'setter', name)
}

function member(kind: Member, fn: AnyFunction, options: ParsedOptions, site: AnyFunction): AnyFunction {
  check(fn)
  return cacheMember(kind, fn, options, site)
}

/** Refuses what looks like a function and has no result to cache. */
function check(fn: AnyFunction): void {
  const source = Function.prototype.toString.call(fn)
  if (/^class\b/.test(source) && Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false) {
    throw classCached(fn.name)
  }
  const tag = Object.prototype.toString.call(fn)
  if (tag === '[object GeneratorFunction]' || tag === '[object AsyncGeneratorFunction]') {
    throw generatorCached(fn.name)
  }
}
