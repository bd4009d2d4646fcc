/** Links that show one report or one test to a client who has no token, until they expire. */
import { createHmac } from 'node:crypto';
import { isSame } from './session.js';
import { digestOf, mayUse, type NamedToken } from './tokens.js';

export const SHOWN_TO_CLIENTS = ['report', 'experiment', 'scorecard'] as const;

/** What a link shows. */
export interface ClientView {
  kind: (typeof SHOWN_TO_CLIENTS)[number];
  id: string;
}

/** How long a link may be valid, days. */
export const CLIENT_LINK_DAYS = { least: 1, most: 90, otherwise: 14 } as const;

/**
 * The text of a link. Nothing is kept: the link has its end, epoch ms of real time, and a signature whose key comes from
 * its maker's token. So it ends with that token too. `maker`: null without any token.
 */
export function newClientLink(
  maker: NamedToken | null,
  { accountId, kind, id }: ClientView & { accountId: string },
  until: number,
): string {
  const about = Buffer.from(JSON.stringify([maker?.name ?? null, kind, id, until])).toString('base64url');
  return `${about}.${signature(maker, accountId, about)}`;
}

/** What a link shows, and its end: epoch ms of real time. */
export type OpenedLink = ClientView & { until: number };

/**
 * What a link shows of an account; null if it has expired, is forged or of another account, or if its maker's token is no
 * longer valid.
 */
export function readClientLink(
  tokens: readonly NamedToken[],
  accountId: string,
  link: string,
  now: number,
): OpenedLink | null {
  const [about = '', given = '', ...more] = link.split('.');
  const claimed = more.length === 0 ? claimsOf(about) : null;
  if (claimed === null) return null;
  const maker = tokens.find(({ name }) => name === claimed.maker) ?? null;
  if (maker === null && (claimed.maker !== null || tokens.length > 0)) return null;
  if (maker !== null && !mayUse(maker, accountId)) return null;
  if (!isSame(given, signature(maker, accountId, about)) || now >= claimed.until) return null;
  return { kind: claimed.kind, id: claimed.id, until: claimed.until };
}

function claimsOf(about: string): (OpenedLink & { maker: string | null }) | null {
  try {
    const [maker, kind, id, until] = JSON.parse(Buffer.from(about, 'base64url').toString()) as unknown[];
    const known = SHOWN_TO_CLIENTS.find((each) => each === kind);
    if (!known || typeof id !== 'string' || typeof until !== 'number') return null;
    if (maker !== null && typeof maker !== 'string') return null;
    return { maker, kind: known, id, until };
  } catch {
    return null;
  }
}

/** The account is in the signature alone: another account may have a test of the same id. */
function signature(maker: NamedToken | null, accountId: string, about: string): string {
  return createHmac('sha256', digestOf(maker?.token ?? 'no token'))
    .update(`client ${accountId} ${about}`)
    .digest('base64url');
}
