// What does a hit cost in a decorated method, against the same function cached without a class? "8 × 2": eight
// classes with two decorated methods each, called in turn; the function to compare is then sixteen in turn.
// "100 instances": one class, each instance with its own entries. "as a property": no decorator, the cached
// function itself lies on the prototype; what it costs above a function is the engine's search for the property.
// And what did the decorator do to the objects?

import v8 from 'node:v8'
import { CAPACITY, LIVE, numbers, strings, sumOf } from '../lib/keys.mjs'
import { nsPerHit } from '../lib/measure.mjs'
import { cannot } from '../lib/peer.mjs'

const OPTIONS = { shape: 'one', maxSize: CAPACITY }
const KEYS = { number: numbers, string: strings }
const VARIANTS = {
  number: { kind: 'number', classes: 1, methods: 1, instances: 1 },
  string: { kind: 'string', classes: 1, methods: 1, instances: 1 },
  '8 × 2, number': { kind: 'number', classes: 8, methods: 2, instances: 1 },
  '8 × 2, string': { kind: 'string', classes: 8, methods: 2, instances: 1 },
  '100 instances, number': { kind: 'number', classes: 1, methods: 1, instances: 100 },
}

export default {
  name: 'hit-method',
  title: 'Hit in a decorated method',
  unit: 'ns',
  baseline: 'warp-cache function',
  subjects: [
    { id: 'warp-cache function', peer: 'warp-cache', form: 'function' },
    { id: 'warp-cache function as a property', peer: 'warp-cache', form: 'property' },
    { id: 'warp-cache method (TC39)', peer: 'warp-cache', form: 'tc39' },
    { id: 'warp-cache method (legacy)', peer: 'warp-cache', form: 'legacy' },
    { id: 'lru-cache per instance, by hand', peer: 'lru-cache', form: 'method' },
    { id: 'memoize decorator', peer: 'memoize', form: 'method' },
  ],
  variants: Object.keys(VARIANTS),
  quickSubjects: ['warp-cache function', 'warp-cache method (TC39)'],
  quickVariants: ['number', 'string', '8 × 2, number', '8 × 2, string'],
  note: () =>
    '8 × 2: eight classes with two methods in turn, against sixteen functions in turn; as a property: ' +
    'the cached function itself on the prototype, without a decorator',

  async run({ peer, variant, form, quick }) {
    const shape = VARIANTS[variant]
    const work = { computed: 0 }
    const keys = KEYS[shape.kind](LIVE - (LIVE % (shape.classes * shape.methods * shape.instances)))
    const measured =
      form === 'function' ? functions(peer, shape, keys, work) : methods(peer, shape, keys, work, form)
    const expected = sumOf(keys.length, (i) => weight(keys[i]) + 1)
    const hit = await nsPerHit({
      ...measured,
      calls: keys.length,
      expected,
      computed: () => work.computed,
      quick,
    })
    return { values: { [variant]: hit.ns, ...measured.traces?.() }, spread: hit.spread }
  },
}

const weight = (key) => (typeof key === 'number' ? key : key.length)

function functions(peer, shape, keys, work) {
  if (shape.instances > 1) cannot('a function has no instances')
  const count = shape.classes * shape.methods
  const cached = Array.from({ length: count }, () => peer.wrap(plusOne(work), OPTIONS))
  if (count === 1) {
    const only = cached[0]
    const sweep = () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += only(keys[i])
      return sum
    }
    return { sweep }
  }
  const sweep = () => {
    let sum = 0
    for (let i = 0; i < keys.length; i += 2) {
      const n = i % count
      sum += cached[n](keys[i])
      sum += cached[n + 1](keys[i + 1])
    }
    return sum
  }
  return { sweep }
}

function methods(peer, shape, keys, work, form) {
  const classes = Array.from({ length: shape.classes }, (_, n) =>
    declareClass(peer, n, shape.methods, work, form),
  )
  const objects = classes.flatMap((Class) => Array.from({ length: shape.instances }, () => new Class(1)))
  const untouched = new classes[0](1)
  const traces = () => ({
    'own keys added': Reflect.ownKeys(objects[0]).length - Reflect.ownKeys(untouched).length,
    'shapes changed': sameShape(objects[0], untouched) ? 0 : 1,
  })
  return { sweep: shape.methods === 1 ? oneMethod(objects, keys) : twoMethods(objects, keys), traces }
}

function declareClass(peer, n, count, work, form) {
  const Class = class {
    constructor(step) {
      this[`field${n}`] = n
      this.step = step
    }
  }
  for (const name of ['first', 'second'].slice(0, count)) {
    if (form === 'property') Class.prototype[name] = peer.wrap(plusOne(work), OPTIONS)
    else peer.decorate(Class.prototype, name, plusStep(work), { ...OPTIONS, dialect: form })
  }
  return Class
}

function plusOne(work) {
  return (key) => {
    work.computed++
    return weight(key) + 1
  }
}

function plusStep(work) {
  return function (key) {
    work.computed++
    return weight(key) + this.step
  }
}

function oneMethod(objects, keys) {
  if (objects.length === 1) {
    const only = objects[0]
    return () => {
      let sum = 0
      for (let i = 0; i < keys.length; i++) sum += only.first(keys[i])
      return sum
    }
  }
  return () => {
    let sum = 0
    for (let i = 0, n = 0; i < keys.length; i++, n = n === objects.length - 1 ? 0 : n + 1) {
      sum += objects[n].first(keys[i])
    }
    return sum
  }
}

function twoMethods(objects, keys) {
  return () => {
    let sum = 0
    for (let i = 0; i < keys.length; i += 2) {
      const object = objects[(i >> 1) % objects.length]
      sum += object.first(keys[i])
      sum += object.second(keys[i + 1])
    }
    return sum
  }
}

/** Whether the engine sees the two objects as of one hidden class. */
function sameShape(a, b) {
  v8.setFlagsFromString('--allow-natives-syntax')
  return new Function('a', 'b', 'return %HaveSameMap(a, b)')(a, b)
}
