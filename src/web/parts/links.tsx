/**
 * Addresses of this site's own pages. A page names them from the root of its account's pages, e.g. `/reports`. If the
 * deployment serves several accounts, the frame puts the path of the account before it: `/accounts/act_1/reports`.
 */
import { createContext, type JSX, useContext } from 'hono/jsx';

const Base = createContext('');

/** Gives its children the path under which the account's pages are, without a slash at its end. */
export const BaseProvider = Base.Provider;

type Own<Tag extends 'a' | 'form' | 'img', Field extends string> = Omit<JSX.IntrinsicElements[Tag], Field> &
  Record<Field, string>;

/** The path under which the account's pages and its API are, for an address that a script or an attribute needs. */
export function useBase(): string {
  return useContext(Base);
}

export function Link({ href, children, ...more }: Own<'a', 'href'>) {
  return (
    <a href={useContext(Base) + href} {...more}>
      {children}
    </a>
  );
}

export function Form({ action, children, ...more }: Own<'form', 'action'>) {
  return (
    <form {...more} action={useContext(Base) + action}>
      {children}
    </form>
  );
}

/** A picture that the service gives. */
export function Picture({ src, alt, ...more }: Own<'img', 'src' | 'alt'>) {
  return <img src={useContext(Base) + src} alt={alt} {...more} />;
}
