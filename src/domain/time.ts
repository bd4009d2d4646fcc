export const HOUR_MS = 3_600_000;

/** `2026-11-23 09:00`, in UTC. `at`: epoch ms. */
export function instant(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

/** {@link instant} with its time zone, for sentences. */
export function instantOf(at: number): string {
  return `${instant(at)} UTC`;
}
