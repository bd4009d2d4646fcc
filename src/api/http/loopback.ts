/** Names of this machine. A page that uses DNS rebinding sends its own name as `Host`, so it is recognised. */
export const LOOPBACK = ['127.0.0.1', 'localhost', '::1', '[::1]'];

/** Whether a `Host` header names this machine, with any port. */
export function isLoopbackHost(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}

/** Whether an `Origin` header names another site than the `Host` header. */
export function isForeignOrigin(origin: string, host: string): boolean {
  return !URL.canParse(origin) || new URL(origin).host !== host.toLowerCase();
}
