/**
 * The options, parsed once at decoration into a complete and frozen object: whatever is wrong with them is said there,
 * never at the first call. Here are those that most caches have; with any other, `parse-options.ts` parses them all.
 */
import { complete, DEFAULTS, isAbove0, isSize, type ParsedOptions } from './defaults'
import { parseOfCache, parseOfEntry, parseOfFunction } from './parse-options'

export type { ParsedOptions }

/** Parses the options of `cache`. */
export function parseFunctionOptions(options: unknown): ParsedOptions {
  return parse(options, parseOfFunction)
}

/** Parses the options of `createCache`. */
export function parseCacheOptions(options: unknown): ParsedOptions {
  return parse(options, parseOfCache)
}

/** A TTL given for one entry: `fallback` if there is none. */
export function parseEntryTtl(options: unknown, fallback: number): number {
  return options === undefined ? fallback : parseOfEntry(options, fallback)
}

function parse(options: unknown, parseAll: (options: unknown) => ParsedOptions): ParsedOptions {
  if (options === undefined) return DEFAULTS
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return parseAll(options)
  const raw: { maxSize?: unknown; ttl?: unknown } = { ...options }
  const { maxSize = DEFAULTS.maxSize, ttl = DEFAULTS.ttl } = raw
  const plain = Object.keys(raw).every((name) => name === 'maxSize' || name === 'ttl')
  return plain && isSize(maxSize) && isAbove0(ttl) ? complete({ maxSize, ttl }) : parseAll(raw)
}
