/**
 * Finds and loads the native addon, once per isolate and only when a cache that needs it is made: importing the package
 * loads no native code. Where it is missing or does not fit, the error says what was looked for and how to build it.
 */
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { plainError } from './errors'

/** What the addon exports: see index.d.ts, which is written with it. */
export interface Addon {
  readonly Scratch: new () => NativeScratch
  readonly CachedFunction: {
    new (scratch: NativeScratch, options: NativeOptions): NativeHandle
    /** Of the interface between the two halves of this package. */
    interfaceVersion(): number
  }
  readonly SharedFiles: SharedFiles
}

/** The scratch memory of this isolate, as the addon knows it. */
export interface NativeScratch {
  bindKeys(memory: ArrayBuffer): void
  bindIncoming(memory: ArrayBuffer): void
  bindOutgoing(memory: ArrayBuffer): void
}

/** What makes a table, and what all its handles must agree on. */
export interface NativeOptions {
  readonly name: string
  readonly maxSize: number
  readonly maxBytes: number
  readonly maxKeySize: number
  readonly maxValueSize: number
  readonly graceWindow: number
  /** What wrote the values: handles of another codec could not read them. */
  readonly codec: string
  /** Whether it is in a file, for all processes of the user, or else for all threads of this one. */
  readonly shared: boolean
}

/** A handle on a table: the class `CachedFunction`. */
export interface NativeHandle {
  hotFunctions(): HotFunctions
  controlWords(): ControlWords | null
  counters(): ArrayBuffer | null
  probe(): void
  /** Whether it is still the one to use. */
  look(): boolean
  /** Why not, if bytes in its file were wrong. */
  damage(): string | null
  /** What this isolate cannot do with it. */
  lacks(): 'write' | 'count' | null
  info(): NativeInfo | null
  clear(): void
  entries(): NativeEntries | null
  close(): void
}

/**
 * The operations of every call. Each takes a key, or the length of one in the scratch, and gives a code; look-ups also a
 * value that is a string and was stored without flags. A value that is stored may be an argument if it is a number or a
 * short string.
 */
export interface HotFunctions {
  readonly getString: (key: string) => number | string
  readonly getNumber: (key: number) => number | string
  readonly getKey: (length: number) => number | string
  readonly peekKey: (length: number) => number
  readonly tokenOfKey: (length: number) => number
  readonly putString: (key: string, value?: number | string) => number
  readonly putNumber: (key: number, value?: number | string) => number
  readonly putKey: (length: number, value?: number | string) => number
  readonly deleteKey: (length: number) => number
}

/** A buffer, and where the words of a table are in it. */
export interface ControlWords {
  readonly buffer: ArrayBuffer
  readonly generation: number
  readonly versions: number
  readonly visited: number
  readonly slots: number
}

export interface NativeInfo {
  readonly currentSize: number
  readonly bytes: number
  readonly maxBytes: number
  readonly evictions: number
  readonly expirations: number
  readonly skippedWrites: number
  readonly counters: readonly number[]
}

export interface NativeEntries {
  next(): boolean
}

/** The files of shared caches, by their names in the directory: what the command line works with. */
export interface SharedFiles {
  directory(): string
  /** Locks, maps and writes nothing. */
  caches(): SharedCache[]
  /** Nor does this. Null: the file is gone, damaged, or of another version. */
  counts(file: string): SharedCounts | null
  /** False: it is gone, or cannot be opened by this version. */
  clear(file: string): boolean
  /** Null: the same. */
  verify(file: string): SharedReport | null
  remove(file: string): 'removed' | 'missing' | 'used'
}

export interface SharedCache {
  readonly file: string
  /** Undefined: another version made it, or it is damaged. */
  readonly identity?: SharedIdentity
  /** Undefined: it is no file of this package. */
  readonly layoutVersion?: number
  /** Whether it was made since the machine was started, by the same clock. */
  readonly isCurrent: boolean
  /** Whether it was found damaged, and waits for its users to leave. */
  readonly isRetired: boolean
  readonly isUsed: boolean
  readonly fileBytes: number
  readonly allocated: number
  /** Milliseconds since somebody was seen to use it. */
  readonly idle: number
  /** Those that can write to it, as they call themselves. */
  readonly processes: readonly number[]
}

export interface SharedIdentity {
  readonly name: string
  readonly codec: string
  readonly maxSize: number
  /** As it was asked for. */
  readonly maxBytes: number
  /** As it holds. */
  readonly bound: number
  readonly maxKeySize: number
  readonly maxValueSize: number
  readonly graceWindow: number
}

export interface SharedCounts {
  readonly entries: number
  readonly bytes: number
  readonly evictions: number
  readonly expirations: number
  readonly skippedWrites: number
  /** By the numbers of src/stats.ts. */
  readonly counters: readonly number[]
  readonly stripes: readonly SharedStripe[]
}

/** What was counted at one place by whoever has it, and had it before, since the file was made. */
export interface SharedStripe {
  readonly stripe: number
  /** Undefined: it is gone. */
  readonly process?: number
  readonly counters: readonly number[]
}

export interface SharedReport {
  /** What is wrong. */
  readonly damage?: string
  /** Whether nobody could look, since others held it for too long. */
  readonly isBusy: boolean
  readonly entries: number
  readonly bytes: number
}

/** The interface that this half of the package was written for. */
const INTERFACE_VERSION = 5
/** Where `napi build` leaves its loader: beside `dist`, and beside `src`. */
const LOADER = join('..', 'index.js')

let loaded: Addon | undefined

/**
 * The addon.
 * @throws Error with the code ERR_WARP_CACHE_ADDON if there is none that fits.
 */
export function addon(): Addon {
  loaded ??= loadBeside(__dirname)
  return loaded
}

/** Loads the addon of this package, and no `index.js` of whoever has put this file into a bundle. */
function loadBeside(directory: string): Addon {
  const loader = resolve(directory, LOADER)
  if (isOurs(resolve(directory, '..', 'package.json'))) return load(loader)
  throw addonError(
    loader,
    'this file is not where it was installed, as if a bundler had taken it: keep warp-cache out of the bundle ' +
      '(for esbuild: --external:warp-cache)',
  )
}

function isOurs(manifest: string): boolean {
  try {
    return createRequire(__filename)(manifest).name === 'warp-cache'
  } catch {
    return false
  }
}

/** Loads the addon by its loader, which picks the file of this platform. */
export function load(loader: string): Addon {
  let found: Partial<Addon>
  try {
    found = createRequire(__filename)(loader)
  } catch (cause) {
    throw addonError(loader, 'it could not be loaded', cause)
  }
  const version = found.CachedFunction?.interfaceVersion?.()
  if (version === INTERFACE_VERSION) return found as Addon
  throw addonError(
    loader,
    `it has version ${version} of the interface, not ${INTERFACE_VERSION}: it was built from other sources`,
  )
}

function addonError(loader: string, why: string, cause?: unknown): Error {
  const { platform, arch, versions } = process
  const reason = cause instanceof Error ? ` (${firstLine(cause)})` : ''
  return plainError(
    'ERR_WARP_CACHE_ADDON',
    `The native addon of warp-cache, which this backend needs, does not work here: ${why}${reason}. ` +
      `Looked for: ${loader} and the warp-cache.*.node for ${platform}-${arch} beside it, for Node ${versions.node} ` +
      `(modules ${versions.modules}). To build it: install Rust (https://rustup.rs), then run \`npm run build:addon\` in ` +
      "the package's directory. The backend 'memory' needs no addon.",
    { cause },
  )
}

function firstLine({ message }: Error): string {
  return message.split('\n', 1)[0]
}
