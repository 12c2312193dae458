/** Puts a cache in front of a function, whose `this` counts for nothing. */
import { guardedFunction, plainFunction, touchingFunction } from './backends/hit'
import { MemoryFunction } from './backends/memory'
import { storeFunction } from './backends/store'
import type { Table } from './backends/table'
import { dress, memoryControls } from './controls'
import type { ParsedOptions } from './options'
import type { AnyFunction } from './types'

/**
 * The cached function.
 * @param site - the public function whose caller's position may give a store's keys their default name.
 */
export function cacheFunction(fn: AnyFunction, options: ParsedOptions, site: AnyFunction): AnyFunction {
  return options.store === undefined
    ? memoryFunction(fn, options)
    : storeFunction(fn, options, options.store, site)
}

function memoryFunction(fn: AnyFunction, options: ParsedOptions): AnyFunction {
  const memory = new MemoryFunction(fn, options)
  const table = memory.newTable()
  return dress(
    callable(memory, table),
    fn,
    memoryControls(memory, () => table),
  )
}

function callable(memory: MemoryFunction, table: Table): AnyFunction {
  if (memory.options.key !== undefined) {
    return function (this: unknown): unknown {
      return memory.call(table, this, arguments)
    }
  }
  if (memory.guarded) return guardedFunction(memory, table, memory.options.clock)
  return memory.touching ? touchingFunction(memory, table) : plainFunction(memory, table)
}
