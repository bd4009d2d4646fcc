import { describe, expect, it } from 'vitest';
import { type ClientView, newClientLink, readClientLink } from '../../../src/api/http/client-link.js';
import type { NamedToken } from '../../../src/api/http/tokens.js';

const ana: NamedToken = { name: 'ana', role: 'operator', token: 'a-token-of-ana-0001' };
const bo: NamedToken = { name: 'bo', role: 'admin', token: 'a-token-of-bo-00001' };
const ACCOUNT = 'act_1';
const view = { kind: 'report', id: 'daily-2026-11-26' } as const;
const linkOf = (maker: NamedToken | null, shown: ClientView = view) =>
  newClientLink(maker, { accountId: ACCOUNT, ...shown }, UNTIL);
const read = (tokens: NamedToken[], link: string, now = 0) => readClientLink(tokens, ACCOUNT, link, now);
const UNTIL = 1_000_000;

describe('a link for a client', () => {
  it('shows what it was made for, until it expires', () => {
    const link = linkOf(ana);
    expect(read([ana, bo], link, UNTIL - 1)).toEqual({ ...view, until: UNTIL });
    expect(read([ana, bo], link, UNTIL)).toBeNull();
  });

  it("ends if its maker's token is changed or removed, and one made without tokens ends with the first token", () => {
    const link = linkOf(ana);
    expect(read([bo], link)).toBeNull();
    expect(read([{ ...ana, token: 'another-token-0001' }], link)).toBeNull();
    const open = linkOf(null);
    expect(read([], open)).toEqual({ ...view, until: UNTIL });
    expect(read([ana], open)).toBeNull();
  });

  it('is nothing if it was changed or made up', () => {
    const link = linkOf(ana);
    const [about, mac] = link.split('.');
    const other = linkOf(ana, { kind: 'experiment', id: 'exp' });
    const forged = Buffer.from(JSON.stringify(['ana', 'report', 'x', 9e15])).toString('base64url');
    for (const wrong of [
      ...['', '.', 'a.b', `${about}`, `${about}.`, `${about}.${mac}.x`, `${forged}.${mac}`],
      `${other.split('.')[0]}.${mac}`,
      `${Buffer.from('[null]').toString('base64url')}.${mac}`,
    ])
      expect(read([ana, bo], wrong), wrong).toBeNull();
  });

  it('shows nothing of another account, which may have a test of the same id', () => {
    const link = linkOf(ana);
    expect(readClientLink([ana], 'act_2', link, 0)).toBeNull();
    expect(readClientLink([{ ...ana, accounts: ['act_2'] }], ACCOUNT, link, 0)).toBeNull();
    expect(readClientLink([{ ...ana, accounts: [ACCOUNT] }], ACCOUNT, link, 0)).toEqual({
      ...view,
      until: UNTIL,
    });
  });
});
