/**
 * What properties are tried with. The tests draw the same each time, so that one tree has one verdict; `make soak`
 * (SOAK=1) draws anew, and more of it. SEED=… repeats what has failed.
 */
import fc from 'fast-check'

const FIXED = 0x5eed

export const SOAK = process.env.SOAK === '1'
export const SEED = Number(process.env.SEED ?? (SOAK ? Math.floor(Math.random() * 2 ** 31) : FIXED))
/** How many times as much is drawn, where nothing else is said. */
export const SCALE = SOAK ? 10 : 1
/** For what takes ten seconds of a processor, which may be busy. */
export const PATIENCE = { timeout: 300_000 * SCALE }

fc.configureGlobal({ seed: SEED })

export { fc }
