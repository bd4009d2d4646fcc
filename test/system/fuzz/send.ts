import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { Call } from './calls.js';

/** The answer to a call; status 0 and the reason in `text` if there was none. */
export interface Seen {
  status: number;
  /** Media type, without its parameters. */
  type: string;
  allow: string | undefined;
  location: string | undefined;
  /** Whether the answer forbids frames. */
  unframed: boolean;
  text: string;
}

const TIMEOUT_MS = 60_000;

/** Sends a call to a server of this machine. Never rejects. */
export function send(url: URL, call: Call, agent: Agent): Promise<Seen> {
  return call.bytes ? sendBytes(url, call.bytes) : sendRequest(url, call, agent);
}

const UNKNOWN = { type: '', allow: undefined, location: undefined, unframed: false };
const nothing = (why: string): Seen => ({ ...UNKNOWN, status: 0, text: why });

function sendRequest(url: URL, call: Call, agent: Agent): Promise<Seen> {
  const { method, path, body } = call;
  const headers = { ...call.headers, ...(body ? { 'content-length': String(body.length) } : {}) };
  return new Promise((resolve) => {
    const sent = request(
      { hostname: url.hostname, port: url.port, method, path, headers, agent, timeout: TIMEOUT_MS },
      (response) => {
        const { statusCode: status = 0, headers: given } = response;
        const about = {
          status,
          type: (given['content-type'] ?? '').split(';')[0]!,
          allow: given.allow,
          location: given.location,
          unframed: given['x-frame-options'] === 'DENY',
        };
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', (error) => resolve(nothing(error.message)));
        response.on('end', () => resolve({ ...about, text: Buffer.concat(parts).toString('utf8') }));
        // A stream of events never ends by itself.
        if (about.type === 'text/event-stream') {
          resolve({ ...about, text: '' });
          sent.destroy();
        }
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    // If the server closed an idle connection, that says nothing about this call.
    sent.on('error', (error) =>
      resolve(sent.reusedSocket ? sendRequest(url, call, new Agent()) : nothing(error.message)),
    );
    sent.end(body ?? undefined);
  });
}

function sendBytes(url: URL, bytes: Buffer): Promise<Seen> {
  return new Promise((resolve) => {
    let text = '';
    const done = () => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
      resolve({ ...UNKNOWN, status, text });
    };
    const socket = connect(Number(url.port), url.hostname, () => socket.end(bytes));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (part) => (text += part.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', done);
  });
}
