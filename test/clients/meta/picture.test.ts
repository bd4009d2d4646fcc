import type http from 'node:http';
import { describe, expect, it } from 'vitest';
import { isPrivateAddress, LARGEST_PICTURE, loadPicture } from '../../../src/clients/meta/picture.js';
import { type Answer, failureOf, json, tinyGraph, withGraph } from './support.js';

const ELSEWHERE = 'https://graph.facebook.com';

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);
const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 2]);

function picture(response: http.ServerResponse, bytes: Uint8Array, type = 'image/png'): void {
  response.writeHead(200, { 'content-type': type }).end(bytes);
}

async function withServer<T>(answer: Answer, use: (origin: string) => Promise<T>): Promise<T> {
  const server = await tinyGraph(answer);
  try {
    return await use(server.url);
  } finally {
    await server.close();
  }
}

const load = (answer: Answer, timeoutMs = 2_000) =>
  withServer(answer, (origin) =>
    failureOf(loadPicture(`${origin}/a.png`, { trustedOrigin: origin, timeoutMs })),
  );

describe('a picture', () => {
  it('is loaded with its type, and its request carries no credentials', async () => {
    const bytes = JPEG;
    const loaded = await withServer(
      (seen, response) => {
        expect(seen.path).toBe('/a.png');
        expect(seen.headers.authorization).toBeUndefined();
        expect([...seen.query.keys()]).toEqual([]);
        picture(response, bytes, 'image/jpeg; charset=binary');
      },
      (origin) => loadPicture(`${origin}/a.png`, { trustedOrigin: origin, timeoutMs: 2_000 }),
    );
    expect(loaded).toEqual({ type: 'image/jpeg', bytes });
  });

  it('is refused if it is too large, of another type, or elsewhere', async () => {
    const tooLarge = await load((_, response) => picture(response, new Uint8Array(LARGEST_PICTURE + 1)));
    expect(tooLarge.message).toContain('more than 5 MB');
    const svg = await load((_, response) => picture(response, new Uint8Array(3), 'image/svg+xml'));
    expect(svg).toMatchObject({ kind: 'transient', message: expect.stringContaining('image/jpeg') });
    const redirect = await load((_, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    );
    expect(redirect.message).toContain(
      "the address to which it is redirected isn't one of the public internet",
    );
    // The name is public to look at; what it resolves to is not.
    const named = await load((_, response) =>
      response.writeHead(301, { location: 'https://localhost/a' }).end(),
    );
    expect(named).toMatchObject({ isPassing: false, message: expect.stringContaining('it is redirected') });
    const untrue = await load((_, response) => picture(response, new Uint8Array(9)));
    expect(untrue.message).toContain('its bytes are not those of image/png');
  });

  it('is followed through three redirects, and not a fourth', async () => {
    const chain =
      (length: number): Answer =>
      (seen, response) => {
        const place = Number(seen.query.get('place') ?? 0);
        if (place === length) return picture(response, PNG);
        return response.writeHead(307, { location: `?place=${place + 1}` }).end();
      };
    const loaded = await withServer(chain(3), (origin) =>
      loadPicture(`${origin}/a.png`, { trustedOrigin: origin, timeoutMs: 2_000 }),
    );
    expect(loaded).toEqual({ type: 'image/png', bytes: PNG });
    expect((await load(chain(4))).message).toContain('redirected more than 3 times');
  });

  it.each([
    ['image/gif', Buffer.from('GIF89a...')],
    ['image/webp', Buffer.from('RIFF\0\0\0\0WEBPVP8 ')],
    ['image/jpeg', JPEG],
  ])('has the type of its bytes: %s', async (type, bytes) => {
    const loaded = await withServer(
      (_, response) => picture(response, bytes, 'image/png'),
      (origin) => loadPicture(`${origin}/a.png`, { trustedOrigin: origin, timeoutMs: 2_000 }),
    );
    expect(loaded.type).toBe(type);
  });

  it('is given up after the time-out and if the connection breaks', async () => {
    const started = performance.now();
    expect((await load(() => {}, 100)).message).toContain('no complete answer within 100 ms');
    expect(performance.now() - started).toBeLessThan(2_000);
    const broken = await load((_, response) => {
      response.destroy();
    });
    expect(broken.message).toContain('the connection failed');
  });

  it.each([
    'http://127.0.0.1:80/a.png',
    'https://127.0.0.1/a.png',
    'https://localhost/a.png',
    'https://[::1]/a.png',
    'https://[::ffff:10.0.0.1]/a.png',
    'https://169.254.169.254/latest/meta-data',
    'http://example.com/a.png',
    'https://user:word@example.com/a.png',
    'file:///etc/passwd',
    'not an address',
  ])('is not loaded from %s', async (url) => {
    const error = await failureOf(loadPicture(url, { trustedOrigin: ELSEWHERE, timeoutMs: 1_000 }));
    expect(error.kind).toBe('transient');
    expect(error.details.outcome).toBe('not_applied');
  });
});

describe('an address of the public internet', () => {
  // First and last address of each network that is refused, and the public ones beside it.
  it.each([
    ['0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
    ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
    ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
    ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
    ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
    ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
    ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
    ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
    ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
    ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
    ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
    ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
    ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
    // Multicast and the reserved rest.
    ['224.0.0.0', '255.255.255.255', '223.255.255.255', null],
    // All below global unicast: ::, ::1, with an IPv4 address (compatible, mapped, translated), NAT64 (RFC 6052, RFC 8215).
    ['::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, '2000::'],
    ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2000:ffff::1', '2001:200::'],
    ['2001:db8::', '2001:db8:ffff::1', '2001:db7:ffff::1', '2001:db9::'],
    ['2002::', '2002:ffff::1', '2001:ffff::1', '2003::'],
    ['3fff::', '3fff:fff:ffff::1', '3ffe:ffff::1', '3fff:1000::'],
    // All above it: unique local, link-local, site-local, multicast.
    ['4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:ffff::1', null],
  ])('is none from %s to %s', (first, last, below, above) => {
    expect([first, last].map(isPrivateAddress)).toEqual([true, true]);
    for (const beside of [below, above])
      if (beside !== null) expect(isPrivateAddress(beside), beside).toBe(false);
  });

  it.each([
    '::1',
    '::127.0.0.1',
    '::8.8.8.8',
    '::ffff:127.0.0.1',
    '::ffff:0:10.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::a00:1',
    '64:ff9b:1:ffff::1',
    '100::1',
    '2001:0:4136:e378::1',
    '2002:a00:1::1',
    '5f00::1',
    'fd00::1',
    'fe80::1',
    'fe80::1%1',
    'fec0::1',
    'feff::1',
    'ff02::1',
    'nonsense',
    '',
  ])('is not %s', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each(['157.240.0.35', '8.8.8.8', '2a03:2880:f11c:8083::1', '2606:4700::1', '2001:4860:4860::8888'])(
    'is %s',
    (address) => {
      expect(isPrivateAddress(address)).toBe(false);
    },
  );
});

describe("an ad's picture", () => {
  it('is asked from Meta once and kept; the next address is tried if one fails', async () => {
    let pictures = 0;
    let asked = 0;
    await withGraph(
      (seen, response) => {
        if (seen.path.endsWith('.png')) {
          pictures++;
          if (seen.path === '/broken.png') return json(response, {}, 404);
          return picture(response, PNG);
        }
        asked++;
        const origin = `http://${seen.headers.host}`;
        const creative = { id: '2', image_url: `${origin}/broken.png`, thumbnail_url: `${origin}/good.png` };
        return json(response, { id: '1', creative });
      },
      async (client) => {
        expect((await client.getPicture('1'))?.bytes).toEqual(PNG);
        await client.getPicture('1');
        expect({ asked, pictures }).toEqual({ asked: 1, pictures: 2 });
      },
    );
  });

  it('is null if Meta has none, and Meta is asked again once its addresses fail', async () => {
    let asked = 0;
    await withGraph(
      (seen, response) => {
        if (seen.path.endsWith('.png')) return json(response, {}, 403);
        asked++;
        const creative = { id: '2', thumbnail_url: `http://${seen.headers.host}/gone.png` };
        return json(response, {
          id: seen.path.split('/').at(-1),
          creative: seen.path.endsWith('/3') ? undefined : creative,
        });
      },
      async (client) => {
        expect(await client.getPicture('3')).toBeNull();
        expect((await failureOf(client.getPicture('1'))).message).toContain('403');
        await failureOf(client.getPicture('1'));
        expect(asked).toBe(3);
      },
    );
  });
});
