/** Records whose keys are ids that people choose: `constructor` and its like are inherited by every object. */

/** The record's own entry under an id; undefined where it has none. */
export function entryOf<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  id: string,
): Value | undefined {
  return record !== undefined && Object.hasOwn(record, id) ? record[id] : undefined;
}

/** Whether an id names what every object inherits, e.g. `constructor`, `toString`, `__proto__`. */
export function isInherited(id: string): boolean {
  return id in Object.prototype;
}
