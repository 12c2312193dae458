/**
 * The bytes that open the parts of an encoded value; docs/value-format.md describes what follows each. Files that
 * outlive a process hold values in this form: a number that has a meaning here never gets another one, and every
 * change of the format is a new `VALUE_FORMAT`.
 */

/** The version of the format. */
export const VALUE_FORMAT = 1

// Anywhere.
export const UNDEFINED = 0x01
export const NULL = 0x02
export const FALSE = 0x03
export const TRUE = 0x04
export const INT8 = 0x05
export const INT32 = 0x06
export const DOUBLE = 0x07
export const BIGINT = 0x08
export const DATE = 0x09

// Within a structure.
export const HOLE = 0x10
export const REFERENCE = 0x11
/** A string of code units below 256, one byte each; of others, two bytes each. */
export const NARROW_STRING = 0x12
export const WIDE_STRING = 0x13
export const EMPTY_OBJECT = 0x14
export const OBJECT = 0x15
/** An object whose last properties are written with their names. */
export const OPEN_OBJECT = 0x16
export const NAME = 0x17
export const END = 0x18
export const ARRAY = 0x19
export const NAMED_ARRAY = 0x1a
export const SPARSE_ARRAY = 0x1b
export const MAP = 0x1c
export const SET = 0x1d
export const REGEXP = 0x1e
export const ERROR = 0x1f
export const BOXED = 0x20
export const BUFFER = 0x21
export const ARRAY_BUFFER = 0x22
export const VIEW = 0x23

// At the start of a value: what follows goes to its end.
export const ALL_NARROW = 0x30
export const ALL_WIDE = 0x31
export const ALL_BUFFER = 0x32
export const ALL_BYTES = 0x33
export const STRUCTURE = 0x34
/** A structure in which nothing is referred to. */
export const TREE = 0x35
export const JSON_NARROW = 0x36
export const JSON_WIDE = 0x37
export const V8 = 0x38
export const USER_BYTES = 0x39
export const USER_NARROW = 0x3a
export const USER_WIDE = 0x3b

/** 0x40 and up: a string of up to 63 code units below 256. */
export const SHORT_STRING = 0x40
export const LONGEST_SHORT = 0x3f
/** 0x80 and up: a whole number from 0 to 127. */
export const SMALL_INT = 0x80

/** Views of an ArrayBuffer, by the number that stands for them. */
export const VIEWS = [
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const

/** Classes of errors, by the number that stands for them. */
export const ERRORS = [
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
] as const
export const HAS_MESSAGE = 1
export const HAS_STACK = 2
export const HAS_CAUSE = 4
