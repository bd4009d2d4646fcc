import { describe, expect, it } from 'vitest';
import { newClientLink, readClientLink } from '../../../src/api/http/client-link.js';
import type { NamedToken } from '../../../src/api/http/tokens.js';

const ana: NamedToken = { name: 'ana', role: 'operator', token: 'a-token-of-ana-0001' };
const bo: NamedToken = { name: 'bo', role: 'admin', token: 'a-token-of-bo-00001' };
const view = { kind: 'report', id: 'daily-2026-11-26' } as const;
const UNTIL = 1_000_000;

describe('a link for a client', () => {
  it('shows what it was made for, until it expires', () => {
    const link = newClientLink(ana, view, UNTIL);
    expect(readClientLink([ana, bo], link, UNTIL - 1)).toEqual(view);
    expect(readClientLink([ana, bo], link, UNTIL)).toBeNull();
  });

  it("ends if its maker's token is changed or removed, and one made without tokens ends with the first token", () => {
    const link = newClientLink(ana, view, UNTIL);
    expect(readClientLink([bo], link, 0)).toBeNull();
    expect(readClientLink([{ ...ana, token: 'another-token-0001' }], link, 0)).toBeNull();
    const open = newClientLink(null, view, UNTIL);
    expect(readClientLink([], open, 0)).toEqual(view);
    expect(readClientLink([ana], open, 0)).toBeNull();
  });

  it('is nothing if it was changed or made up', () => {
    const link = newClientLink(ana, view, UNTIL);
    const [about, mac] = link.split('.');
    const other = newClientLink(ana, { kind: 'experiment', id: 'exp' }, UNTIL);
    const forged = Buffer.from(JSON.stringify(['ana', 'report', 'x', 9e15])).toString('base64url');
    for (const wrong of [
      ...['', '.', 'a.b', `${about}`, `${about}.`, `${about}.${mac}.x`, `${forged}.${mac}`],
      `${other.split('.')[0]}.${mac}`,
      `${Buffer.from('[null]').toString('base64url')}.${mac}`,
    ])
      expect(readClientLink([ana, bo], wrong, 0), wrong).toBeNull();
  });
});
