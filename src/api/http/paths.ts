/** Addresses that programs read, by token or without one. Every other address is a page. */
const FOR_PROGRAMS = /^\/(api(\/|$)|assets\/|(healthz|readyz|metrics|openapi\.json)$)/;

/** Whether an address is a page: users sign in to it, its forms carry a value of their session, and its errors are pages. */
export function isPage(path: string): boolean {
  return !FOR_PROGRAMS.test(path);
}

/**
 * The path and query of an address of this site; `/` for any other. A sign-in leads there, so it must never lead to
 * another site.
 */
export function ownPath(address: string | undefined): string {
  const base = 'http://own.invalid';
  if (address === undefined || !address.startsWith('/') || !URL.canParse(address, base)) return '/';
  const { origin, pathname, search } = new URL(address, base);
  // Browsers read a path that begins with two slashes as the name of another site.
  return origin === base && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}

/** Path under which an account's API and pages are in a deployment that serves several, without a slash at its end. */
export function accountBase(accountId: string): string {
  return `/accounts/${accountId}`;
}
