/**
 * A deep copy that keeps prototypes and shared references, of a policy or of a model: so that a test can see
 * what either would do next without disturbing it.
 */
export function copyOf<T extends object>(original: T, copies = new Map<object, object>()): T {
  const known = copies.get(original)
  if (known !== undefined) return known as T
  if (ArrayBuffer.isView(original)) return (original as unknown as Uint8Array).slice() as unknown as T
  if (original instanceof Map) return new Map(original) as unknown as T
  const copy = Array.isArray(original) ? [] : Object.create(Object.getPrototypeOf(original))
  copies.set(original, copy)
  for (const [name, value] of Object.entries(original)) {
    copy[name] = typeof value === 'object' && value !== null ? copyOf(value, copies) : value
  }
  return copy
}
