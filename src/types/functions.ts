/** What can be said of a function's type: its argument lists and results, over overloads too. */

/** Any function that returns an `R`. */
// biome-ignore lint/suspicious/noExplicitAny: no other constraint takes every function and still lets it infer
export type Returning<R> = (...args: any[]) => R

/** Any function at all. */
// biome-ignore lint/suspicious/noExplicitAny: no other constraint takes every function and still lets it infer
export type AnyFunction = Returning<any>

/**
 * The argument lists of `F`: of an overloaded function the union over its last four overloads.
 * TypeScript cannot name the parameters that a generic function has in one call, so there each type parameter reads
 * as its constraint (`unknown` if it has none).
 */
export type ArgsOf<F extends AnyFunction> = SignatureOf<F>['args']

/** What `F` returns (an async function: the promise), within the limits of {@link ArgsOf}. */
export type ResultOf<F extends AnyFunction> = SignatureOf<F>['result']

// TypeScript does not see how a type varies with this. What is made from it says `out F`: like the function itself.
// A function with fewer than four overloads matches too: TypeScript repeats what it has.
type SignatureOf<F extends AnyFunction> = F extends {
  (...args: infer A1): infer R1
  (...args: infer A2): infer R2
  (...args: infer A3): infer R3
  (...args: infer A4): infer R4
}
  ? Signature<A1, R1> | Signature<A2, R2> | Signature<A3, R3> | Signature<A4, R4>
  : never

interface Signature<A extends unknown[], R> {
  args: A
  result: R
}
