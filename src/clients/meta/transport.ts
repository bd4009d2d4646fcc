import http from 'node:http';
import https from 'node:https';

/** Longest answer that is accepted, bytes: far above a page of insights, far below the process's memory. */
const LONGEST_ANSWER = 32 * 1024 * 1024;

export type Headers = http.IncomingHttpHeaders;

export interface HttpAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/** No answer, or only a part of one. Holds a reason only, never the address, which carries the token. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
}

/**
 * Sends one request and reads its whole answer, within `timeoutMs` real milliseconds from first to last byte.
 *
 * It replaces the SDK's own transport, which waits for ever, follows redirects (with the token), and sends
 * loopback traffic to HTTP_PROXY. Each call has its own connection: if the other side has just closed a kept
 * connection, the outcome of a write on it is unknown.
 * @throws TransportFailure
 */
export function send(request: {
  method: 'GET' | 'POST';
  url: URL;
  body: string | null;
  timeoutMs: number;
}): Promise<HttpAnswer> {
  const { method, url, body, timeoutMs } = request;
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(deadline);
      reject(new TransportFailure(reason));
      outgoing.destroy();
    };
    const headers: http.OutgoingHttpHeaders = { accept: 'application/json', connection: 'close' };
    if (body !== null) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(body);
    }
    // `agent: false` makes a fresh agent, which uses no proxy whatever the environment says.
    const agent = isLoopback(url) ? { agent: false } : {};
    const client = url.protocol === 'https:' ? https : http;
    const outgoing = client.request(url, { method, headers, ...agent }, (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > LONGEST_ANSWER) fail('the answer is too long');
        else chunks.push(chunk);
      });
      incoming.on('error', (error) => fail(reasonOf(error)));
      incoming.on('end', () => {
        clearTimeout(deadline);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    const deadline = setTimeout(() => fail(`no complete answer within ${timeoutMs} ms`), timeoutMs);
    outgoing.on('error', (error) => fail(reasonOf(error)));
    outgoing.end(body ?? undefined);
  });
}

/** Whether the address is on this machine. */
export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
}

function reasonOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'the connection failed';
}
