// Access traces from the folder that the environment variable TRACES names, as arrays of keys.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const LIRS = ['2_pools', 'backf', 'cs', 'loop', 'multi1', 'multi2', 'multi3', 'scan', 'zigzag']

const READERS = {
  web07: { file: 'web07.trace.xz', unpack: unxz, parse: words },
  'orm-busy': { file: 'orm-busy.trace.xz', unpack: unxz, parse: words, large: true },
  'corda-vaultservice': { file: 'corda-vaultservice.trace.gz', unpack: gunzipSync, parse: longs },
  ...Object.fromEntries(
    LIRS.map((name) => [name, { file: `${name}.trace.gz`, unpack: gunzipSync, parse: decimals }]),
  ),
  cloudPhysicsIO: {
    file: 'cloudPhysicsIO.oracleGeneral.bin',
    unpack: (bytes) => bytes,
    parse: oracleGeneral,
  },
}

export const TRACE_NAMES = Object.keys(READERS)

/** The keys of one trace in order, or the reason why there are none. */
export function readTrace(name, { skipLarge = false } = {}) {
  const folder = process.env.TRACES
  if (!folder) return { skipped: 'TRACES names no folder of traces' }
  const { file, unpack, parse, large } = READERS[name]
  if (large && skipLarge) return { skipped: 'too large for --quick' }
  const path = join(folder, file)
  if (!existsSync(path)) return { skipped: `${file} is not in TRACES` }
  try {
    return { keys: parse(unpack(readFileSync(path), path)) }
  } catch (error) {
    return { skipped: `${file}: ${error.message}` }
  }
}

function unxz(_, path) {
  try {
    return execFileSync('xz', ['--decompress', '--stdout', path], { maxBuffer: 1 << 28 })
  } catch (error) {
    throw error.code === 'ENOENT' ? new Error('needs the program xz') : error
  }
}

function words(bytes) {
  return Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readUInt32BE(i * 4))
}

function longs(bytes) {
  return Array.from({ length: bytes.length >> 3 }, (_, i) => exact(bytes.readBigInt64BE(i * 8)))
}

function decimals(bytes) {
  const lines = bytes.toString('latin1').split('\n')
  return lines.filter((line) => line !== '' && line[0] !== '*').map(Number)
}

function oracleGeneral(bytes) {
  const RECORD = 24
  return Array.from({ length: Math.floor(bytes.length / RECORD) }, (_, i) =>
    exact(bytes.readBigUInt64LE(i * RECORD + 4)),
  )
}

/** A number where it can hold the key exactly, which all subjects take as it is. */
function exact(key) {
  const number = Number(key)
  return BigInt(number) === key && Number.isSafeInteger(number) ? number : String(key)
}
