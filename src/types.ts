/**
 * The public types, and nothing that exists at run time.
 * They keep a cached function's own type (overloads, type parameters, `this`), tell a synchronous store from an
 * asynchronous one, and let the decorator be put only where it works. Of `lib` they need no more than es2022.
 */

export type { PolicyName } from './policies/policy'
export type { CodecOption, UserCodec } from './types/codecs'
export type {
  ArgsEntry,
  CacheControls,
  CacheCounters,
  Cached,
  CachedAsync,
  CacheEntry,
  CacheInfo,
  KeyEntry,
  NativeCacheControls,
  NativeCached,
  NativeCacheInfo,
  StoreCacheControls,
  StoreCached,
  StoreCacheInfo,
} from './types/controls'
export type { AsyncCache, Cache, CreateCacheFunction, NativeCache, StoreCache } from './types/create'
export type {
  Backing,
  CacheDecorator,
  CachedIn,
  CacheForFunction,
  CacheFunction,
  KeyedCacheDecorator,
} from './types/decorators'
export type { AnyFunction, ArgsOf, ResultOf } from './types/functions'
export type {
  CacheOptions,
  CommonOptions,
  CreateCacheOptions,
  CreateNativeCacheOptions,
  CreateStoreCacheOptions,
  EntryOptions,
  FunctionOptions,
  KeyOf,
  MemoryOptions,
  NativeBackendOptions,
  NativeCacheOptions,
  StoreBackendOptions,
  StoreOptions,
} from './types/options'
export type {
  AsyncStore,
  EitherStore,
  MemoryBackend,
  PutStore,
  SetStore,
  SharedBackend,
  Store,
  StoreMode,
  SyncStore,
  ThreadsBackend,
  Through,
} from './types/stores'
