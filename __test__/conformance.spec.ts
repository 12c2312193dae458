/**
 * The policies on real access traces: published miss counts, and the decisions of the models. Skipped, with a
 * line that says why, where the environment variable TRACES does not name the folder of traces.
 */
import { describe, expect, it } from 'vitest'
import { makePolicy } from '../src/policies/make'
import { POLICY_NAMES } from '../src/policies/policy'
import { Sieve } from '../src/policies/sieve'
import { makeModel } from './models/model'
import { evictions, missesByBytes, modelEvictions } from './simulator'
import { readTrace, whyUnreadable } from './traces'

/** File, requests, different keys. */
const TRACES: [string, number, number][] = [
  ['2_pools.trace.gz', 100_000, 9_939],
  ['backf.trace.gz', 9_000, 751],
  ['cloudPhysicsIO.oracleGeneral.bin', 113_872, 48_974],
  ['corda-vaultservice.trace.gz', 135_702, 90_468],
  ['cs.trace.gz', 6_781, 1_409],
  ['loop.trace.gz', 505_500, 1_011],
  ['multi1.trace.gz', 15_858, 2_606],
  ['multi2.trace.gz', 26_311, 5_684],
  ['multi3.trace.gz', 30_241, 7_454],
  ['orm-busy.trace.xz', 5_000_000, 76_349],
  ['scan.trace.gz', 50_025, 2_001],
  ['web07.trace.xz', 76_118, 20_484],
  ['zigzag.trace.gz', 52_001, 2_001],
]

/** Published with libCacheSim: misses of 113,872 requests at 128, 256 … 1024 MiB. */
const CLOUD_PHYSICS_MISSES = {
  sieve: [91699, 86720, 78578, 76707, 69945, 66221, 64445, 64376],
  lru: [93374, 89783, 83572, 81722, 72494, 72104, 71972, 71704],
  fifo: [93403, 89386, 84387, 84025, 72498, 72228, 72182, 72140],
} as const

const skipReasons = new Set<string>()

/** Runs `test` if `files` can be read here; else skips it, with the reason in its name. */
function withTraces(files: string[], name: string, test: () => void): void {
  const reason = files.map(whyUnreadable).find((why) => why !== undefined)
  if (reason === undefined) {
    it(name, test)
  } else {
    skipReasons.add(reason)
    it.skip(`${name}: ${reason}`, test)
  }
}

describe('the traces are read as what they are', () => {
  for (const [file, requests, unique] of TRACES) {
    withTraces([file], file, () => {
      const trace = readTrace(file)
      expect([trace.keys.length, trace.unique]).toEqual([requests, unique])
    })
  }
})

describe('published miss counts of cloudPhysicsIO, by bytes', () => {
  const file = 'cloudPhysicsIO.oracleGeneral.bin'
  for (const name of ['sieve', 'lru', 'fifo'] as const) {
    withTraces([file], `${name} without a grace window`, () => {
      const { keys, sizes = new Uint32Array() } = readTrace(file)
      const misses = CLOUD_PHYSICS_MISSES[name].map((_, index) =>
        missesByBytes(makePolicy(name, keys.length, 0), keys, sizes, 128 * (index + 1) * 2 ** 20),
      )
      expect(misses).toEqual(CLOUD_PHYSICS_MISSES[name])
    })
  }
})

describe('decisions on real traces are those of the models', () => {
  const files = ['multi1.trace.gz', 'cs.trace.gz', 'corda-vaultservice.trace.gz']
  const REQUESTS = 10_000
  const CAPACITY = 60
  for (const name of POLICY_NAMES) {
    withTraces(files, name, () => {
      for (const file of files) {
        const requests = readTrace(file).keys.subarray(0, REQUESTS)
        for (const grace of name === 'sieve' ? [0, 3, 30] : [0]) {
          const policy = name === 'sieve' ? new Sieve(grace) : makePolicy(name, CAPACITY, 0)
          const decided = evictions(policy, requests, CAPACITY)
          expect(decided.length).toBeGreaterThan(1_000)
          expect(decided).toEqual(modelEvictions(makeModel(name, grace), requests, CAPACITY))
        }
      }
    })
  }
})

describe('what the grace window is for', () => {
  const file = 'corda-vaultservice.trace.gz'
  withTraces([file], 'keys that return once after a gap', () => {
    const { keys } = readTrace(file)
    const capacity = 512
    const hitRatio = (policy: 'sieve' | 'fifo', graceWindow: number) => {
      const misses = capacity + evictions(makePolicy(policy, capacity, graceWindow), keys, capacity).length
      return 1 - misses / keys.length
    }
    expect(hitRatio('sieve', 0)).toBeLessThan(0.05)
    expect(hitRatio('sieve', 0.05)).toBeCloseTo(hitRatio('fifo', 0), 2)
    expect(hitRatio('fifo', 0)).toBeGreaterThan(0.3)
  })
})

for (const reason of skipReasons) console.info(`Tests on access traces are skipped: ${reason}.`)
