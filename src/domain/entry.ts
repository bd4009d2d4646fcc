/** Records whose keys are ids that users choose: an id may be a name that every object inherits, e.g. `constructor`. */

/** The record's own entry under an id; undefined if it has none. */
export function entryOf<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  id: string,
): Value | undefined {
  return record !== undefined && Object.hasOwn(record, id) ? record[id] : undefined;
}

/** Whether every object inherits a property of this name, e.g. `constructor`, `toString`, `__proto__`. */
export function isInherited(id: string): boolean {
  return id in Object.prototype;
}
