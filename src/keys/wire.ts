/**
 * The bytes that open the parts of an encoded key; docs/key-format.md describes what follows each. Files that outlive
 * a process hold keys in this form: a number that has a meaning here never gets another one, and every change of the
 * format is a new `KEY_FORMAT`.
 */

/** The version of the format. */
export const KEY_FORMAT = 1

/** A key that is one string: its code units follow, to the end of the key. Nowhere but at the start of a key. */
export const WHOLE_STRING = 0x01
export const NUMBER = 0x02
export const UNDEFINED = 0x03
export const NULL = 0x04
export const FALSE = 0x05
export const TRUE = 0x06
export const BIGINT = 0x07
export const SYMBOL = 0x08
/** A string within a key: of code units below 256, one byte each; of others, two bytes each. */
export const NARROW_STRING = 0x09
export const WIDE_STRING = 0x0a
/** A list of none or several arguments. Nowhere but at the start of a key. */
export const ARGUMENTS = 0x0b
export const ARRAY = 0x0c
export const HOLE = 0x0d
export const OBJECT = 0x0e
export const BARE_OBJECT = 0x0f
export const DATE = 0x10
export const REGEXP = 0x11
export const MAP = 0x12
export const SET = 0x13
export const SYMBOLS = 0x14
export const EXTRAS = 0x15

/** The first of the classes of bytes; the others follow in the order of `BYTE_CLASSES`. */
export const BYTES = 0x20
export const BYTE_CLASSES = [
  'Buffer',
  'ArrayBuffer',
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
