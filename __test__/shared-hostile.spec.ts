/**
 * Somebody writes anything into the files of shared caches, all the time: no process ends, throws, gives a wrong result
 * or says anything twice. `make soak-hostile` does so for longer.
 */
import { describe, it } from 'vitest'
import { expectSuccess, runCrash } from './support/program'

describe.skipIf(process.platform === 'win32')('a file that somebody scribbles on', () => {
  it('harms nobody', { timeout: 130_000 }, () => {
    expectSuccess(runCrash('hostile.cjs', { SCRIBBLE_SECONDS: '5' }, 120_000))
  })
})
