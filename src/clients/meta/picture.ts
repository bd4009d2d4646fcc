import { lookup as lookUp } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { pictureTypeOf } from '../../domain/insights/picture.js';
import { MetaError, PICTURE_TYPES, type Picture } from './types.js';

/** Far above a thumbnail, and above most images of ads. Bytes. */
export const LARGEST_PICTURE = 5 * 1024 * 1024;
/** Servers of pictures move them, but not often. */
const MOST_REDIRECTS = 3;
const REDIRECTS = [301, 302, 303, 307, 308];

/** A picture that could not be loaded. Another try may succeed if the failure is passing. */
export class PictureFailure extends MetaError {
  constructor(
    /** As the end of a sentence, e.g. `its server answered 404`. */
    readonly reason: string,
    readonly isPassing: boolean,
  ) {
    super('transient', `The picture of the ad could not be loaded: ${reason}.`, {
      httpStatus: null,
      code: null,
      subcode: null,
      traceId: null,
      retryAfterMs: null,
      outcome: 'not_applied',
    });
  }
}

/**
 * Networks of the IANA IPv4 Special-Purpose Address Registry whose addresses are not reachable from the whole internet, and
 * multicast: an address that Meta gives must not lead to them.
 */
const SPECIAL_IPV4 = blockListOf('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]);
/** All that IANA has given out for the internet. Forms of IPv6 that hold an IPv4 address are outside of it or special. */
const GLOBAL_IPV6 = blockListOf('ipv6', [['2000::', 3]]);
const SPECIAL_IPV6 = blockListOf('ipv6', [
  // Protocols, Teredo among them.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);

function blockListOf(family: 'ipv4' | 'ipv6', nets: readonly [net: string, prefix: number][]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, family);
  return list;
}

/** Whether it is anything but an address of the public internet. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return SPECIAL_IPV4.check(address, 'ipv4');
  return family === 0 || !GLOBAL_IPV6.check(address, 'ipv6') || SPECIAL_IPV6.check(address, 'ipv6');
}

export interface PictureLoading {
  trustedOrigin: string;
  timeoutMs: number;
}

class PrivateAddress extends Error {}

/** Resolves the name and refuses a private address, so that the checked address is the one that is connected to. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(new PrivateAddress(), '', 0);
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};

/**
 * Loads one picture within `timeoutMs` real milliseconds, without credentials. `url` comes from Meta's answer for the ad. It,
 * and each address to which it is redirected, must be https to a public address, or have the origin of the Graph API itself,
 * which the settings name (`trustedOrigin`).
 * @throws PictureFailure
 */
export async function loadPicture(
  url: string,
  { trustedOrigin, timeoutMs }: PictureLoading,
): Promise<Picture> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  try {
    let address = URL.canParse(url) ? new URL(url) : null;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const isTrusted = address?.origin === trustedOrigin;
      if (!address || !(isTrusted || isPublic(address)) || address.username !== '' || address.password !== '')
        throw notPublic(redirects > 0);
      const got = await get(address, isTrusted, deadline.signal).catch((error: unknown) => {
        if (deadline.signal.aborted)
          throw new PictureFailure(`no complete answer within ${timeoutMs} ms`, true);
        if (error instanceof PictureFailure) throw error;
        throw error instanceof PrivateAddress
          ? notPublic(redirects > 0)
          : new PictureFailure('the connection failed', true);
      });
      if ('bytes' in got) return got;
      address = URL.canParse(got.location, address.href) ? new URL(got.location, address) : null;
    }
    throw new PictureFailure(`it was redirected more than ${MOST_REDIRECTS} times`, false);
  } finally {
    clearTimeout(timer);
  }
}

/** The first of the addresses, the best first, that gives a picture. @throws PictureFailure if none does: a passing one if any is */
export async function loadFirst(urls: readonly string[], options: PictureLoading): Promise<Picture> {
  const failures: unknown[] = [];
  for (const url of urls) {
    try {
      return await loadPicture(url, options);
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures.find((error) => error instanceof PictureFailure && error.isPassing) ?? failures[0];
}

function isPublic({ protocol, hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return protocol === 'https:' && !(isIP(host) !== 0 && isPrivateAddress(host));
}

function notPublic(wasRedirected: boolean): PictureFailure {
  const subject = wasRedirected ? 'the address to which it is redirected' : 'its address';
  return new PictureFailure(`${subject} isn't one of the public internet`, false);
}

/** One request: the picture, or the address that has it. Rejects with PictureFailure, or with the error of the connection. */
function get(address: URL, isTrusted: boolean, signal: AbortSignal): Promise<Picture | { location: string }> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, isPassing: boolean): void => {
      reject(new PictureFailure(reason, isPassing));
      outgoing.destroy();
    };
    const client = address.protocol === 'https:' ? https : http;
    const options = isTrusted ? {} : { lookup: publicLookup };
    const outgoing = client.get(
      address,
      // `agent: false` makes a fresh agent, which uses no proxy whatever the environment says.
      {
        ...options,
        signal,
        agent: false,
        headers: { accept: PICTURE_TYPES.join(', '), connection: 'close' },
      },
      (incoming) => {
        const { statusCode = 0, headers } = incoming;
        if (REDIRECTS.includes(statusCode) && headers.location !== undefined) {
          resolve({ location: headers.location });
          outgoing.destroy();
          return;
        }
        if (statusCode !== 200) {
          fail(`its server answered ${statusCode}`, statusCode >= 500 || statusCode === 429);
          return;
        }
        const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
        if (!PICTURE_TYPES.some((one) => one === type)) {
          fail(`it is not one of ${PICTURE_TYPES.join(', ')}`, false);
          return;
        }
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > LARGEST_PICTURE) fail(`it has more than ${LARGEST_PICTURE / 1024 / 1024} MB`, false);
          else chunks.push(chunk);
        });
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = new Uint8Array(Buffer.concat(chunks));
          // A server may call anything a picture.
          const found = pictureTypeOf(bytes);
          if (found) resolve({ type: found, bytes });
          else fail(`its bytes are not those of ${PICTURE_TYPES.join(', ')}`, false);
        });
      },
    );
    outgoing.on('error', reject);
  });
}
