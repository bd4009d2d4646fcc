import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download, intoPlace } from '../../../scripts/setup/encoders/place.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-place-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('intoPlace', () => {
  it('replaces what is there, and removes what a killed set-up left', async () => {
    const home = path.join(folder, 'model');
    await mkdir(`${home}.half-abc`);
    await mkdir(home);
    await writeFile(path.join(home, 'old'), '');
    await intoPlace(home, (half) => writeFile(path.join(half, 'new'), ''));
    expect(await readdir(folder)).toEqual(['model']);
    expect(await readdir(home)).toEqual(['new']);
  });

  it('leaves what is there if the new content fails', async () => {
    const home = path.join(folder, 'model');
    await mkdir(home);
    const failing = intoPlace(home, async (half) => {
      await writeFile(path.join(half, 'new'), '');
      throw new Error('interrupted');
    });
    await expect(failing).rejects.toThrow('interrupted');
    expect(await readdir(folder)).toEqual(['model']);
    expect(await readdir(home)).toEqual([]);
  });
});

describe('download', () => {
  const CONTENT = 'weights';
  const sha256 = createHash('sha256').update(CONTENT).digest('hex');
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
  }
  const file = () => path.join(folder, 'model');

  it('follows a redirect and keeps a file with the right hash', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/model') response.writeHead(302, { location: '/elsewhere' }).end();
      else response.end(CONTENT);
    });
    await download(url, file(), { sha256, limitMs: 5_000 });
    expect(await readFile(file(), 'utf8')).toBe(CONTENT);
  });

  it('refuses another hash, with both', async () => {
    const url = await serve((_, response) => response.end('other'));
    const other = createHash('sha256').update('other').digest('hex');
    await expect(download(url, file(), { sha256, limitMs: 5_000 })).rejects.toThrow(
      `model has the SHA-256 ${other}, not ${sha256}`,
    );
  });

  it.each<[string, RequestListener, number, RegExp]>([
    ['a refusal', (_, response) => response.writeHead(404).end(), 9_000, /^127\.0\.0\.1:\d+: HTTP 404$/],
    ['silence', () => undefined, 200, /not done within 0\.2 s$/],
    [
      'a download that stops midway',
      (_, response) => response.write('wei'),
      9_000,
      /not done within 0\.3 s$/,
    ],
    ['a connection that breaks', (request) => request.socket.destroy(), 9_000, /^127\.0\.0\.1:\d+: /],
  ])('ends with a reason after %s', async (_, listener, answerMs, reason) => {
    const url = await serve(listener);
    await expect(download(url, file(), { sha256, limitMs: 300, answerMs })).rejects.toThrow(reason);
  });
});
