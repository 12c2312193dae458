/**
 * The access traces in the folder that TRACES names, in all their formats. Keys come out numbered 0, 1, 2 …
 * in order of first appearance, so that a test can index arrays by them. The folder is no part of this
 * repository: `whyUnreadable` says in one line what is missing, for a test that has to skip. A file that the
 * folder should have and has not is an error.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const folder = process.env.TRACES

/** One request per element. `sizes`, in bytes, only where the trace has them. */
export interface Trace {
  keys: Uint32Array
  unique: number
  sizes?: Uint32Array
}

/** Why the trace in `file` cannot be read here, or undefined if it can. */
export function whyUnreadable(file: string): string | undefined {
  if (folder === undefined || folder === '') return 'TRACES is not set: it names the folder of access traces'
  if (file.endsWith('.xz') && spawnSync('xz', ['--version']).status !== 0)
    return `${file} needs the xz command`
  return undefined
}

export function readTrace(file: string): Trace {
  const bytes = unpacked(join(folder ?? '', file))
  if (file.endsWith('.oracleGeneral.bin')) return oracleGeneral(bytes)
  if (file.endsWith('.xz')) return bigEndian32(bytes)
  if (file.startsWith('corda')) return bigEndian64(bytes)
  return decimalLines(bytes)
}

function unpacked(path: string): Buffer {
  if (path.endsWith('.gz')) return gunzipSync(readFileSync(path))
  if (!path.endsWith('.xz')) return readFileSync(path)
  const { status, stdout, stderr } = spawnSync('xz', ['--decompress', '--stdout', path], {
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(`xz could not unpack ${path}: ${stderr}`)
  return stdout
}

/** u32 per request. */
function bigEndian32(bytes: Buffer): Trace {
  return numbered(bytes.length / 4, (request) => bytes.readUInt32BE(4 * request))
}

/** i64 per request. */
function bigEndian64(bytes: Buffer): Trace {
  return numbered(bytes.length / 8, (request) => bytes.readBigInt64BE(8 * request))
}

/** One decimal key per line; `*` marks a place in the trace and is no request. */
function decimalLines(bytes: Buffer): Trace {
  const lines = bytes
    .toString('latin1')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '*')
  return numbered(lines.length, (request) => lines[request])
}

/**
 * 24 bytes per request, little-endian: u32 time, u64 key, u32 size, i64 number of the next request of this
 * key.
 */
function oracleGeneral(bytes: Buffer): Trace {
  const trace = numbered(bytes.length / 24, (request) => bytes.readBigUInt64LE(24 * request + 4))
  const sizes = trace.keys.map((_, request) => bytes.readUInt32LE(24 * request + 12))
  return { ...trace, sizes }
}

function numbered(requests: number, keyAt: (request: number) => number | bigint | string): Trace {
  if (!Number.isInteger(requests)) throw new Error(`the trace ends within a request: ${requests} requests`)
  const numbers = new Map<number | bigint | string, number>()
  const keys = new Uint32Array(requests)
  for (let request = 0; request < requests; request++) {
    const key = keyAt(request)
    const number = numbers.get(key) ?? numbers.size
    if (number === numbers.size) numbers.set(key, number)
    keys[request] = number
  }
  return { keys, unique: numbers.size }
}
