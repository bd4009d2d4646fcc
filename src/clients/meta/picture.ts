import { lookup as lookUp } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { transient } from './errors.js';
import { type MetaError, PICTURE_TYPES, type Picture } from './types.js';

/** Far above a thumbnail, and above most images of ads. Bytes. */
export const LARGEST_PICTURE = 4 * 1024 * 1024;

/** Addresses of this machine and of private networks: an address that Meta gives must not lead to them. */
const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(net, prefix, 'ipv6');

export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  // BlockList compares an IPv4 address that is written as IPv6 with the rules of IPv4.
  return PRIVATE.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Resolves the name and refuses a private address, so that the checked address is the one that is connected to. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(new Error('a private address'), '', 0);
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};

/**
 * Loads one picture within `timeoutMs` real milliseconds, without credentials and without following redirects. `url` comes
 * from Meta's answer for the ad. It must be https to a public address, or have the origin of the Graph API itself, which
 * the settings name (`trustedOrigin`).
 * @throws MetaError, `transient`
 */
export function loadPicture(
  url: string,
  { trustedOrigin, timeoutMs }: { trustedOrigin: string; timeoutMs: number },
): Promise<Picture> {
  const address = URL.canParse(url) ? new URL(url) : null;
  const isTrusted = address?.origin === trustedOrigin;
  const host = address?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const isPublic = address?.protocol === 'https:' && !(isIP(host) !== 0 && isPrivateAddress(host));
  if (!address || !(isTrusted || isPublic) || address.username !== '' || address.password !== '')
    return Promise.reject(failed("its address isn't one of the public internet"));
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(deadline);
      reject(failed(reason));
      outgoing.destroy();
    };
    const client = address.protocol === 'https:' ? https : http;
    const options = isTrusted ? {} : { lookup: publicLookup };
    const outgoing = client.get(
      address,
      // `agent: false` makes a fresh agent, which uses no proxy whatever the environment says.
      { ...options, agent: false, headers: { accept: PICTURE_TYPES.join(', '), connection: 'close' } },
      (incoming) => {
        const type = (incoming.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
        const known = PICTURE_TYPES.find((one) => one === type);
        if (incoming.statusCode !== 200) return fail(`its server answered ${incoming.statusCode}`);
        if (!known) return fail(`it is not one of ${PICTURE_TYPES.join(', ')}`);
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > LARGEST_PICTURE) fail(`it has more than ${LARGEST_PICTURE / 1024 / 1024} MB`);
          else chunks.push(chunk);
        });
        incoming.on('error', () => fail('the connection failed'));
        incoming.on('end', () => {
          clearTimeout(deadline);
          resolve({ type: known, bytes: new Uint8Array(Buffer.concat(chunks)) });
        });
      },
    );
    const deadline = setTimeout(() => fail(`no complete answer within ${timeoutMs} ms`), timeoutMs);
    outgoing.on('error', () => fail('the connection failed'));
  });
}

function failed(reason: string): MetaError {
  return transient(`The picture of the ad could not be loaded: ${reason}.`, 'not_applied');
}
