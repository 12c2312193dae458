/** What `cache` may be given in place of an ordinary function. */

class Base {}

/** Nothing that can be called. */
export const noFunctions: Record<string, unknown> = {
  null: null,
  'a number': 5,
  'a string': 'text',
  'a symbol': Symbol('text'),
  true: true,
  'an object': {},
  'a list': [],
}

/** Has no result to cache, or one that can be used once. */
export const uncacheable: Record<string, unknown> = {
  'a class': class Service {},
  'a class without a name': (() => class {})(),
  'a derived class': class extends Base {},
  'a generator function': function* pages() {
    yield 1
  },
  'an async generator function': async function* pages() {
    yield 1
  },
}

export const cacheable: Record<string, unknown> = {
  'an arrow function': () => 1,
  'an async arrow function': async () => 1,
  'a function expression': function compute() {
    return 1
  },
  'a method of an object': {
    compute() {
      return 1
    },
  }.compute,
  'a function named class': Object.defineProperty(() => 1, 'name', { value: 'class' }),
  'a function whose text begins like a class': Object.assign(() => 1, { toString: () => 'class A {}' }),
  'a bound function': (() => 1).bind(null),
  'a built-in function': Math.max,
  'an old-style constructor': function Service(this: { made: boolean }) {
    this.made = true
  },
}
