/**
 * `cache` and `cacheFor`: what they take, and what becomes of it. The decorator's type lets it be put where it works
 * (methods, static and private ones too, and getters) and nowhere else, in both dialects.
 */
import type {
  CacheControls,
  Cached,
  NativeCacheControls,
  NativeCached,
  StoreCacheControls,
  StoreCached,
} from './controls'
import type { AnyFunction, Returning } from './functions'
import type {
  CacheOptions,
  CommonOptions,
  FunctionOptions,
  MemoryOptions,
  NativeBackendOptions,
  NativeCacheOptions,
  StoreBackendOptions,
  StoreOptions,
} from './options'
import type { Store, StoreMode } from './stores'

/**
 * What `cache(options)` returns: wraps a function, and decorates methods, static methods, private methods and getters
 * in both of TypeScript's dialects. A decorator cannot change the type of what it decorates, so
 * - the controls are reached by `cacheFor`;
 * - over an asynchronous store only what returns a promise can be decorated.
 * In the legacy dialect a setter has the type of a getter: that mistake shows only when the class is defined, as a
 * TypeError.
 */
export interface CacheDecorator<B extends Backing = 'memory'> {
  <This, F extends Returning<Decorable<B>>>(method: F, context: ClassMethodDecoratorContext<This, F>): F
  <This, V extends Decorable<B>>(
    getter: (this: This) => V,
    context: ClassGetterDecoratorContext<This, V>,
  ): (this: This) => V
  <T extends Decorable<B> | Returning<Decorable<B>>>(
    target: object,
    property: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): TypedPropertyDescriptor<T>
  <F extends AnyFunction>(fn: F, context?: NoContext): CachedIn<B, F>
}

/**
 * What `cache(options)` returns if the options have a `key` function, which takes `A`: a {@link CacheDecorator} for
 * functions and methods that take `A` and perhaps more. Parameters are compared as those of methods are, in either
 * direction, so a function that takes more kinds of arguments than its `key` is not noticed.
 */
export interface KeyedCacheDecorator<A extends unknown[], B extends Backing = 'memory'> {
  <This, F extends Returning<Decorable<B>>, P extends AtLeast<A>>(
    method: F & Taking<P>,
    context: ClassMethodDecoratorContext<This, F>,
  ): F
  <T extends Returning<Decorable<B>>, P extends AtLeast<A>>(
    target: object,
    property: string | symbol,
    descriptor: TypedPropertyDescriptor<T> & { value?: Taking<P> },
  ): TypedPropertyDescriptor<T>
  <F extends AnyFunction, P extends AtLeast<A>>(fn: F & Taking<P>, context?: NoContext): CachedIn<B, F>
}

/**
 * Where entries live, as far as types go: in memory, in what threads or processes share, or in a store that answers in this mode.
 */
export type Backing = 'memory' | 'native' | 'sync' | 'async'

/** `F` when cached there. */
export type CachedIn<B extends Backing, F extends AnyFunction> = B extends 'memory'
  ? Cached<F>
  : B extends 'native'
    ? NativeCached<F>
    : StoreCached<F, Exclude<B, 'memory' | 'native'>>

type Decorable<B extends Backing> = 'async' extends B ? Promise<unknown> : unknown
type Taking<P extends unknown[]> = (...args: P) => unknown
// biome-ignore lint/suspicious/noExplicitAny: what the key does not look at can be anything
type AtLeast<A extends unknown[]> = [...A, ...any[]]

// The options of the decorator form. `key` comes before the function is known, so its parameters must be annotated.
interface KeyedOptions<A extends unknown[]> extends MemoryOptions, CommonOptions, FunctionOptions<Taking<A>> {
  key: Taking<A>
}
interface KeyedNativeOptions<A extends unknown[]>
  extends NativeBackendOptions,
    CommonOptions,
    FunctionOptions<Taking<A>> {
  key: Taking<A>
}
type KeyedOwnOptions<A extends unknown[]> = KeyedOptions<A> | KeyedNativeOptions<A>
interface KeyedStoreOptions<A extends unknown[], S extends Store>
  extends StoreBackendOptions<S>,
    CommonOptions,
    FunctionOptions<Taking<A>> {
  key: Taking<A>
}

// What the second argument is where it is not the context of a decorator. A signature with one parameter would be tried
// without the context, one with options would take it for them: both would let the decorator be put on anything.
type NoContext = undefined
interface NotContext {
  kind?: undefined
}

/** The type of `cache`. */
export interface CacheFunction {
  /** Bare `@cache` on a method. */
  <This, F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext<This, F>): F
  /** Bare `@cache` on a getter. */
  <This, V>(getter: (this: This) => V, context: ClassGetterDecoratorContext<This, V>): (this: This) => V
  /** Bare `@cache` in the legacy dialect. */
  <T>(
    target: object,
    property: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): TypedPropertyDescriptor<T>
  /** A decorator, or a wrapper of functions, over a store and with a `key`. */
  <A extends unknown[], S extends Store>(
    options: KeyedStoreOptions<A, S>,
    context?: NoContext,
  ): KeyedCacheDecorator<A, StoreMode<S>>
  /** A decorator, or a wrapper of functions, in what threads or processes share and with a `key`. */
  <A extends unknown[]>(options: KeyedNativeOptions<A>, context?: NoContext): KeyedCacheDecorator<A, 'native'>
  /** A decorator, or a wrapper of functions, with a `key`, in memory or not, as only the running program knows. */
  <A extends unknown[]>(options: KeyedOwnOptions<A>, context?: NoContext): KeyedCacheDecorator<A>
  /** A decorator, or a wrapper of functions, with a `key`. */
  <A extends unknown[]>(options: KeyedOptions<A>, context?: NoContext): KeyedCacheDecorator<A>
  /** A decorator, or a wrapper of functions, in what threads or processes share. */
  (options: NativeCacheOptions, context?: NoContext): CacheDecorator<'native'>
  /** A decorator, or a wrapper of functions, in memory or not, as only the running program knows. */
  (options: CacheOptions | NativeCacheOptions, context?: NoContext): CacheDecorator
  /** A decorator, or a wrapper of functions, over a store. */
  <S extends Store>(options: StoreOptions<AnyFunction, S>, context?: NoContext): CacheDecorator<StoreMode<S>>
  /** A decorator, or a wrapper of functions. */
  (options?: CacheOptions, context?: NoContext): CacheDecorator
  /** Caches a function in what threads or processes share. */
  <F extends AnyFunction>(fn: F, options: NativeCacheOptions<F> & NotContext): NativeCached<F>
  /** Caches a function in memory or not, as only the running program knows. */
  <F extends AnyFunction>(fn: F, options: (CacheOptions<F> | NativeCacheOptions<F>) & NotContext): Cached<F>
  /** Caches a function in a store. */
  <F extends AnyFunction, S extends Store>(
    fn: F,
    options: StoreOptions<F, S> & NotContext,
  ): StoreCached<F, StoreMode<S>>
  /** Caches a function in memory. */
  <F extends AnyFunction>(fn: F, options?: CacheOptions<F> & NotContext): Cached<F>
  // Once more, since the compiler explains a wrong call by the last overload that takes as many arguments.
  (options: CacheOptions): CacheDecorator
}

/**
 * The type of `cacheFor`. What a method is cached in does not show in its type: over a store, say so where you keep the
 * controls, as in `const controls: StoreCacheControls<Users['byId'], 'async'> = cacheFor(users, 'byId')`.
 */
export interface CacheForFunction {
  /**
   * The controls of one instance's method or getter, by name; of a static one, give the class as the instance.
   * In a method of the class itself, TypeScript leaves `this['name']` open: use `cacheFor(this, this.name)` there.
   */
  <
    T extends object,
    K extends keyof T,
    C extends AnyControls<MemberOf<T[K]>> = CacheControls<MemberOf<T[K]>>,
  >(
    instance: T,
    method: K,
  ): C
  /** The controls of one instance's method, by the method itself: private ones too. */
  <F extends AnyFunction, C extends AnyControls<F> = CacheControls<F>>(instance: object, method: F): C
}

type AnyControls<F extends AnyFunction> =
  | CacheControls<F>
  | NativeCacheControls<F>
  | StoreCacheControls<F, 'sync'>
  | StoreCacheControls<F, 'async'>
  | StoreCacheControls<F, 'sync' | 'async'>

// A getter is a function without arguments. One that returns functions cannot be told from a method.
type MemberOf<M> = M extends AnyFunction ? M : () => M
