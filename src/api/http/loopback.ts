/** Names of this machine. A page whose name was made to point here (DNS rebinding) still sends its own. */
export const LOOPBACK = ['127.0.0.1', 'localhost', '::1', '[::1]'];

/** Whether a `Host` header names this machine, on whatever port. */
export function isLoopbackHost(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}

/** Whether an `Origin` header is of another site than the one that the `Host` header names. */
export function isForeignOrigin(origin: string, host: string): boolean {
  return !URL.canParse(origin) || new URL(origin).host !== host.toLowerCase();
}
