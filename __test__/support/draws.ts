/**
 * What properties are tried with. The tests draw the same each time, so that one tree has one verdict; `make soak`
 * (SOAK=1) draws anew, and more of it. SEED=… repeats what has failed.
 */
import fc from 'fast-check'

const FIXED = 0x5eed

export const SOAK = process.env.SOAK === '1'
export const SEED = Number(process.env.SEED ?? (SOAK ? Math.floor(Math.random() * 2 ** 31) : FIXED))

fc.configureGlobal({ seed: SEED })

export { fc }
