// Values of a given size, made at run time as keys are, and different for each id.

/** A flat string of `length` one-byte characters. */
export function text(id, length) {
  const digits = String(id).padStart(8, '0')
  return Buffer.alloc(length, `${digits} lorem ipsum dolor sit amet, `, 'latin1').latin1Slice()
}

/** A small object as a database would give it. */
export const fiveFields = (id) => ({
  id,
  name: text(id, 12),
  email: `${text(id, 8)}@example.org`,
  balance: id / 8,
  active: id % 3 === 0,
})
