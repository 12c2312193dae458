/** Puts a cache in front of a function, whose `this` counts for nothing. */
import { plainFunction, timedFunction } from './backends/hit'
import { guardedFunction, touchingFunction } from './backends/hit-watched'
import { MemoryFunction } from './backends/memory'
import { nativeFunction } from './backends/native'
import { storeFunction } from './backends/store'
import type { Table } from './backends/table'
import { type Behind, dress, memoryControls } from './controls'
import type { ParsedOptions } from './options'
import type { AnyFunction } from './types'

/**
 * The cached function.
 * @param site - the public function whose caller's position may give a store's keys their default name.
 */
export function cacheFunction(fn: AnyFunction, options: ParsedOptions, site: AnyFunction): AnyFunction {
  const { cached, controlsOf } = putBehind(fn, options, site)
  return dress(cached, fn, controlsOf(undefined))
}

/**
 * The same, with its controls apart.
 * @param selfKey - what tells apart the instances that share a table.
 */
export function putBehind(
  fn: AnyFunction,
  options: ParsedOptions,
  site: AnyFunction,
  selfKey?: AnyFunction,
): Behind {
  if (options.native !== undefined) return nativeFunction(fn, options, site, selfKey)
  return options.store === undefined
    ? behindMemory(fn, options, selfKey)
    : storeFunction(fn, options, options.store, site, selfKey)
}

function behindMemory(fn: AnyFunction, options: ParsedOptions, selfKey?: AnyFunction): Behind {
  const memory = new MemoryFunction(fn, options, selfKey)
  const table = memory.newTable()
  return {
    cached: callable(memory, table),
    controlsOf: (self) => memoryControls(memory, () => table, self),
  }
}

function callable(memory: MemoryFunction, table: Table): AnyFunction {
  if (memory.keys.custom) {
    return function (this: unknown): unknown {
      return memory.call(table, this, arguments)
    }
  }
  if (memory.guarded) {
    return memory.simplyTimed
      ? timedFunction(memory, table)
      : guardedFunction(memory, table, memory.options.clock)
  }
  return memory.touching ? touchingFunction(memory, table) : plainFunction(memory, table)
}
