import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EchoingGraph {
  url: string;
  /** Answers that had credentials put into them. */
  echoes(): number;
  close(): Promise<void>;
}

/**
 * In front of the market: a Graph that puts the whole request, credentials and all, into every error it answers, as
 * the real one does with a token that it can't parse, and as gateways do in their pages. What it lets through
 * unchanged: successes, cut connections, answers that never come.
 */
export async function startEchoingGraph(target: string, appSecret: string): Promise<EchoingGraph> {
  let echoes = 0;
  const server = createServer((incoming, outgoing) => void forward(incoming, outgoing));

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await wholeOf(incoming);
    const upstream = send(
      `${target}${incoming.url}`,
      { method: incoming.method, headers: { ...incoming.headers, host: new URL(target).host }, agent: false },
      async (answer) => {
        const { statusCode = 502, headers } = answer;
        const text = await wholeOf(answer);
        const failed = statusCode >= 400;
        if (failed) echoes++;
        const said = failed ? echo(text.toString(), new URL(incoming.url!, target), appSecret) : text;
        outgoing.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(said) });
        outgoing.end(said);
      },
    );
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    upstream.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    echoes: () => echoes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function echo(text: string, url: URL, appSecret: string): string {
  const token = url.searchParams.get('access_token') ?? '';
  const proof = url.searchParams.get('appsecret_proof') ?? '';
  const leak = `Malformed access token ${token} (proof ${proof}, secret ${appSecret}) at ${url.pathname}${url.search}`;
  if (!text.startsWith('{')) return `${text}<pre>${leak}</pre>`;
  const body = JSON.parse(text) as { error?: Record<string, unknown> };
  const { error = {} } = body;
  return JSON.stringify({
    ...body,
    error: {
      ...error,
      message: `${String(error.message)}: ${leak}`,
      error_user_msg: `${leak} ${Buffer.from(token).toString('base64')}`,
      error_data: { access_token: token, url: url.href },
    },
  });
}

async function wholeOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
