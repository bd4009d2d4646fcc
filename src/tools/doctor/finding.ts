/** The result of one check. Texts may come from outside: secrets are removed before they are shown. */
export interface Finding {
  level: 'ok' | 'warn' | 'fail';
  what: string;
  figure: string;
  /** What to do; null if there is nothing to do. */
  cure: string | null;
}

export const ok = (what: string, figure: string): Finding => ({ level: 'ok', what, figure, cure: null });
export const warn = (what: string, figure: string, cure: string): Finding => ({
  level: 'warn',
  what,
  figure,
  cure,
});
export const fail = (what: string, figure: string, cure: string): Finding => ({
  level: 'fail',
  what,
  figure,
  cure,
});

const WHAT_WIDTH = 17;

/** `ok    Database          PostgreSQL 18.1`, `fail  Database          …  — start PostgreSQL`. */
export function formatFinding({ level, what, figure, cure }: Finding): string {
  const line = `${level.padEnd(4)}  ${what.padEnd(WHAT_WIDTH)} ${figure}${cure === null ? '' : `  — ${cure}`}`;
  return line.replace(/\s*[\r\n]+\s*/g, ' ');
}

/**
 * The findings of a check, or one finding that it failed or took longer than `timeoutMs` (real ms). Never rejects, and
 * doesn't delay the other checks.
 */
export async function within(
  timeoutMs: number,
  what: string,
  check: () => Promise<Finding[]>,
): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    const finding = fail(what, `no answer within ${timeoutMs / 1000} s`, 'check the address and the network');
    timer = setTimeout(() => resolve([finding]), timeoutMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return [fail(what, messageOf(error), 'see the message')];
  } finally {
    clearTimeout(timer);
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
