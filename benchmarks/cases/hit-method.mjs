// What does a hit cost in a decorated method, against the same function cached without a class? "8 × 2": eight
// classes with two decorated methods each, called in turn; the function to compare is then sixteen in turn. They are
// called from two places, each of which sees all eight classes; "apart": from sixteen places, as most programs do.
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
  '8 × 2 apart, number': { kind: 'number', classes: 8, methods: 2, instances: 1, apart: true },
  '8 × 2 apart, string': { kind: 'string', classes: 8, methods: 2, instances: 1, apart: true },
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
    '8 × 2: eight classes with two methods in turn, against sixteen functions in turn, called from two places; apart: ' +
    'from sixteen; as a property: ' +
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
  if (shape.apart) return { sweep: functionsApart(cached, keys) }
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
  if (shape.apart) return { sweep: methodsApart(objects, keys), traces }
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

/** Sixteen functions, each from a place of its own. */
function functionsApart([f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15], keys) {
  return () => {
    let sum = 0
    for (let i = 0; i < keys.length; i += 16) {
      sum += f0(keys[i])
      sum += f1(keys[i + 1])
      sum += f2(keys[i + 2])
      sum += f3(keys[i + 3])
      sum += f4(keys[i + 4])
      sum += f5(keys[i + 5])
      sum += f6(keys[i + 6])
      sum += f7(keys[i + 7])
      sum += f8(keys[i + 8])
      sum += f9(keys[i + 9])
      sum += f10(keys[i + 10])
      sum += f11(keys[i + 11])
      sum += f12(keys[i + 12])
      sum += f13(keys[i + 13])
      sum += f14(keys[i + 14])
      sum += f15(keys[i + 15])
    }
    return sum
  }
}

/** Two methods of eight objects, each from a place of its own. */
function methodsApart([o0, o1, o2, o3, o4, o5, o6, o7], keys) {
  return () => {
    let sum = 0
    for (let i = 0; i < keys.length; i += 16) {
      sum += o0.first(keys[i])
      sum += o0.second(keys[i + 1])
      sum += o1.first(keys[i + 2])
      sum += o1.second(keys[i + 3])
      sum += o2.first(keys[i + 4])
      sum += o2.second(keys[i + 5])
      sum += o3.first(keys[i + 6])
      sum += o3.second(keys[i + 7])
      sum += o4.first(keys[i + 8])
      sum += o4.second(keys[i + 9])
      sum += o5.first(keys[i + 10])
      sum += o5.second(keys[i + 11])
      sum += o6.first(keys[i + 12])
      sum += o6.second(keys[i + 13])
      sum += o7.first(keys[i + 14])
      sum += o7.second(keys[i + 15])
    }
    return sum
  }
}

/** Whether the engine sees the two objects as of one hidden class. */
function sameShape(a, b) {
  v8.setFlagsFromString('--allow-natives-syntax')
  return new Function('a', 'b', 'return %HaveSameMap(a, b)')(a, b)
}
