import type { ParsedOptions } from '../options'
import type { AnyFunction, Store } from '../types'
export function storeFunction(_fn: AnyFunction, _o: ParsedOptions, _s: Store, _site: AnyFunction): AnyFunction { throw new Error('x') }

export function storeCache(_o: ParsedOptions, _s: Store, _site: AnyFunction): unknown { throw new Error('x') }
