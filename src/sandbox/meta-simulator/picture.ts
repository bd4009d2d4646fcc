import { crc32, deflateSync } from 'node:zlib';
import { hash128 } from '../random.js';

/** The folder of the pictures of creatives. As on Meta's servers of pictures, they need no token. */
export const PICTURE_PATH = '/__creative';

/**
 * What an address of a picture gives: the picture, at once or after redirects, or one of the things that a client must not
 * take for one.
 */
export const PICTURE_KINDS = [
  'drawn',
  'redirected',
  'redirected_for_ever',
  'redirected_to_private',
  'redirected_to_plain_http',
  'text',
  'mislabelled',
  'too_large',
  'missing',
  'away',
  'silent',
] as const;
export type PictureKind = (typeof PICTURE_KINDS)[number];

/** Above any limit for the picture of an ad, bytes. */
const TOO_LARGE = 8 * 1024 * 1024;

/** What an address gives; null: no answer, ever. */
export function pictureAnswer(kind: PictureKind, name: string): Response | null {
  const to = (location: string) => new Response(null, { status: 302, headers: { location } });
  const body = (bytes: string | Uint8Array<ArrayBuffer>, type = 'image/png') =>
    new Response(bytes, { headers: { 'content-type': type } });
  switch (kind) {
    case 'drawn':
      return body(drawPicture(name));
    case 'redirected':
      return to(`../drawn/${name}`);
    case 'redirected_for_ever':
      return to(name);
    case 'redirected_to_private':
      return to('https://169.254.169.254/latest/meta-data');
    case 'redirected_to_plain_http':
      return to('http://example.com/picture.png');
    case 'text':
      return body('no picture', 'text/html');
    case 'mislabelled':
      return body('<script>alert(1)</script>');
    case 'too_large':
      return body(Buffer.concat([drawPicture(name), Buffer.alloc(TOO_LARGE)]));
    case 'missing':
      return new Response(null, { status: 404 });
    case 'away':
      return new Response(null, { status: 503 });
    case 'silent':
      return null;
  }
}

const SIZE = 96;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A small PNG that looks different for each name: a disc on a ground of two colours. */
export function drawPicture(name: string): Uint8Array<ArrayBuffer> {
  const [a, b, c, d] = hash128(`picture/${name}`);
  const ground = colour(a, 0.35);
  const band = colour(b, 0.55);
  const disc = colour(c, 0.85);
  const x = 28 + (d % 40);
  const y = 28 + ((d >>> 8) % 40);
  const radius = 14 + ((d >>> 16) % 14);
  const slope = 0.4 + ((d >>> 24) % 100) / 100;
  const rows = Buffer.alloc(SIZE * (1 + 3 * SIZE));
  for (let row = 0; row < SIZE; row++) {
    // Each row begins with its filter, 0: none.
    const start = row * (1 + 3 * SIZE) + 1;
    for (let column = 0; column < SIZE; column++) {
      const inDisc = (column - x) ** 2 + (row - y) ** 2 <= radius ** 2;
      const pixel = inDisc ? disc : row > slope * column + 20 ? band : ground;
      rows.set(pixel, start + 3 * column);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  // 8 bits a channel, RGB.
  header.set([8, 2, 0, 0, 0], 8);
  return new Uint8Array(
    Buffer.concat([
      SIGNATURE,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

function colour(draw: number, lightness: number): number[] {
  return [0, 8, 16].map((shift) =>
    Math.round(255 * lightness * (0.55 + (0.45 * ((draw >>> shift) & 255)) / 255)),
  );
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(typed.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(typed, 4);
  whole.writeUInt32BE(crc32(typed), typed.length + 4);
  return whole;
}
