import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Something that a receiver does instead of its usual answer. `hang`: the message is taken, and no answer comes. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'hang'
  /** The connection is cut before the message is taken. */
  | 'cut';

export interface Received {
  body: Record<string, unknown>;
  raw: string;
  headers: IncomingHttpHeaders;
  path: string;
}

/** A local receiver that answers as the real one does. */
export interface Receiver {
  url: string;
  /** The messages that it took, in their order. */
  taken: Received[];
  /** Every request, with those that it did not take. */
  requests: number;
  /** What it refused, with the reason. */
  refused: string[];
  /** Called for each request; null: the usual answer. */
  fault: (request: Received) => Fault | null;
  isOpen(): boolean;
  close(): Promise<void>;
}

interface Verdict {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

async function listen(path: string, judge: (request: Received) => Verdict | string): Promise<Receiver> {
  const hanging = new Set<ServerResponse>();
  const receiver: Receiver = {
    url: '',
    taken: [],
    requests: 0,
    refused: [],
    fault: () => null,
    isOpen: () => server.listening,
    async close() {
      for (const response of hanging) response.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      receiver.requests += 1;
      const raw = Buffer.concat(chunks).toString('utf8');
      const received = {
        body: parsed(raw),
        raw,
        headers: request.headers,
        path: request.url ?? '',
      };
      const fault = receiver.fault(received);
      if (fault === 'cut') return void request.socket.destroy();
      if (fault === 'hang') {
        receiver.taken.push(received);
        return void hanging.add(response);
      }
      const verdict = fault ?? judge(received);
      if (typeof verdict === 'string') {
        receiver.refused.push(verdict);
        return void response.writeHead(400, { 'content-type': 'text/plain' }).end(verdict);
      }
      if (!fault) receiver.taken.push(received);
      response.writeHead(verdict.status, verdict.headers).end(verdict.body ?? '');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return receiver;
}

function parsed(raw: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

interface TextObject {
  type: string;
  text: string;
}
interface Block {
  type: string;
  text?: TextObject;
  fields?: TextObject[];
  elements?: TextObject[];
}

/** A Slack incoming webhook: its limits, and its errors in plain text. */
export function startSlack(): Promise<Receiver> {
  return listen('/services/T1/B1/secret-slack', ({ body }) => {
    const { text, blocks = [] } = body as { text?: string; blocks?: Block[] };
    if (!text && blocks.length === 0) return 'no_text';
    if (!isEscaped(text ?? '')) return 'invalid_payload: text is not escaped';
    if (blocks.length > 50) return 'invalid_blocks: more than 50';
    for (const block of blocks) {
      const fault = faultOfBlock(block);
      if (fault) return `invalid_blocks: ${fault}`;
    }
    return { status: 200, body: 'ok' };
  });
}

function faultOfBlock({ type, text, fields = [], elements = [] }: Block): string | null {
  switch (type) {
    case 'header':
      return text?.type === 'plain_text' ? faultOfText(text, 150) : 'a header needs plain_text';
    case 'section':
      if (!text && fields.length === 0) return 'an empty section';
      if (fields.length > 10) return 'more than 10 fields';
      return (
        [...(text ? [faultOfText(text, 3_000)] : []), ...fields.map((each) => faultOfText(each, 2_000))].find(
          (fault) => fault !== null,
        ) ?? null
      );
    case 'context':
      if (elements.length === 0 || elements.length > 10) return '1 to 10 elements';
      return elements.map((each) => faultOfText(each, 3_000)).find((fault) => fault !== null) ?? null;
    default:
      return `unknown type ${type}`;
  }
}

function faultOfText({ type, text }: TextObject, limit: number): string | null {
  if (!['plain_text', 'mrkdwn'].includes(type)) return `unknown text type ${type}`;
  if (text === '') return 'an empty text';
  if (text.length > limit) return `${text.length} characters, more than ${limit}`;
  const withoutLinks = type === 'mrkdwn' ? text.replace(/<https?:[^<>|]+\|[^<>|]+>/g, '') : text;
  return isEscaped(withoutLinks) ? null : `not escaped: ${text}`;
}

function isEscaped(text: string): boolean {
  return !/[<>]|&(?!amp;|lt;|gt;)/.test(text);
}

interface Embed {
  title?: string;
  description?: string;
  url?: string;
  timestamp?: string;
  fields?: { name: string; value: string }[];
  footer?: { text: string };
}

/** A Discord webhook: its limits, its errors as JSON. Without `wait=true` nothing is known of the message. */
export function startDiscord(): Promise<Receiver> {
  return listen('/api/webhooks/123/secret-discord', ({ body, path }) => {
    if (new URL(path, 'http://127.0.0.1').searchParams.get('wait') !== 'true') return 'wait is not set';
    const {
      content = '',
      embeds = [],
      allowed_mentions: mentions,
    } = body as {
      content?: string;
      embeds?: Embed[];
      allowed_mentions?: { parse?: string[] };
    };
    if (mentions?.parse?.length !== 0) return 'allowed_mentions.parse must be empty';
    if (content === '' && embeds.length === 0) return 'Cannot send an empty message';
    if (content.length > 2_000 || embeds.length > 10) return 'content 2000, embeds 10';
    for (const embed of embeds) {
      const fault = faultOfEmbed(embed);
      if (fault) return `{"code": 50035, "message": "Invalid Form Body: ${fault}"}`;
    }
    const total = embeds.reduce((sum, embed) => sum + lengthOf(embed), 0);
    if (total > 6_000)
      return `{"code": 50035, "message": "Embed size ${total} exceeds maximum size of 6000"}`;
    return {
      status: 200,
      body: JSON.stringify({ id: '1' }),
      headers: { 'content-type': 'application/json' },
    };
  });
}

function faultOfEmbed({ title, description, url, timestamp, fields = [], footer }: Embed): string | null {
  if (title !== undefined && (title === '' || title.length > 256)) return 'title 1 to 256';
  if (description !== undefined && (description === '' || description.length > 4_096))
    return 'description 1 to 4096';
  if (url !== undefined && !/^https?:\/\//.test(url)) return 'url must be http or https';
  if (timestamp !== undefined && Number.isNaN(Date.parse(timestamp))) return 'timestamp must be ISO 8601';
  if (footer && footer.text.length > 2_048) return 'footer 2048';
  if (fields.length > 25) return 'at most 25 fields';
  const odd = fields.some(
    ({ name, value }) => name === '' || name.length > 256 || value === '' || value.length > 1_024,
  );
  return odd ? 'field name 1 to 256, value 1 to 1024' : null;
}

function lengthOf({ title = '', description = '', fields = [], footer }: Embed): number {
  const texts = [
    title,
    description,
    footer?.text ?? '',
    ...fields.flatMap(({ name, value }) => [name, value]),
  ];
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** A program that takes every message. */
export function startProgram(): Promise<Receiver> {
  return listen('/program/secret-json', () => ({ status: 204, body: '' }));
}
