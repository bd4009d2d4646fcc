import type { Principal } from '../api/http/principal.js';

/** Who looks at a page. Each form of the page carries the token: a form of another session is refused. */
export interface Viewer {
  principal: Principal;
  /** False: no token is set, so nobody signs in, and forms ask for a name. */
  signedIn: boolean;
  /** The name that was given in a form before, if nobody signs in; empty if none was. */
  knownName: string;
  /** Value of the hidden field `csrf` of each form. */
  csrf: string;
}
