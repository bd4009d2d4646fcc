import type { ChangeFeed, NumberedChange } from './feed.js';

/** Proxies close a connection that is silent for longer, real ms. */
const HEARTBEAT_MS = 15_000;
/** After this long the client must come back, real ms: its token may have been removed. */
const LONGEST_MS = 15 * 60_000;
/** After the connection has ended, the client comes back after this long, real ms. */
const RETRY_MS = 2_000;
/** Bytes that may wait for a slow client. It is cut off, and told what it missed when it comes back. */
const MOST_WAITING = 256 * 1024;

/** The changes as server-sent events. The stream ends when the service stops, or its reader goes away. */
export function eventStream(
  feed: ChangeFeed,
  since: number | null,
  stopping: AbortSignal | undefined,
  { heartbeatMs = HEARTBEAT_MS, longestMs = LONGEST_MS } = {},
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let finish = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (text: string) => {
          try {
            controller.enqueue(encoder.encode(text));
          } catch {
            return finish();
          }
          if ((controller.desiredSize ?? 0) <= 0) finish();
        };
        const { missed, at, end } = feed.listen((change) => send(eventOf(change)), since);
        const heartbeat = setInterval(() => send(': still here\n\n'), heartbeatMs);
        const late = setTimeout(() => finish(), longestMs);
        finish = () => {
          end();
          clearInterval(heartbeat);
          clearTimeout(late);
          stopping?.removeEventListener('abort', finish);
          finish = () => {};
          try {
            controller.close();
          } catch {
            // The reader has cancelled it.
          }
        };
        stopping?.addEventListener('abort', finish);
        // The number alone: whoever loses the connection before the first event still knows how far it has read.
        send(`retry: ${RETRY_MS}\nid: ${missed[0] ? Math.min(at, missed[0].id - 1) : at}\n\n`);
        for (const change of missed) send(eventOf(change));
        if (stopping?.aborted) finish();
      },
      cancel: () => finish(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
  );
}

function eventOf({ id, experimentId, kind, state }: NumberedChange): string {
  return `id: ${id}\nevent: change\ndata: ${JSON.stringify({ experiment_id: experimentId, kind, state })}\n\n`;
}
