/** The hooks that messages go to, and how they do. */
import type { HookJson } from '../../api/hooks/read.js';
import { mayActAs } from '../../api/http/principal.js';
import type { Reader } from '../format.js';
import { Figure, Instant } from '../parts/figures.js';
import { Form } from '../parts/links.js';
import type { Viewer } from '../viewer.js';

export function HookList({
  hooks,
  viewer,
  reader,
}: {
  hooks: readonly HookJson[];
  viewer: Viewer;
  reader: Reader;
}) {
  return (
    <section class="card" aria-labelledby="hooks">
      <h2 id="hooks">Messages</h2>
      {hooks.length === 0 && (
        <p class="note">
          Nobody gets a message. Whoever runs the service can set PROMOTION_NOTIFICATION_WEBHOOK to the
          address of a webhook of Slack or Discord.
        </p>
      )}
      <ul class="rows">
        {hooks.map((hook) => (
          <li data-hook={hook.name}>
            <strong>{hook.name}</strong> <span class="badge">{hook.kind ?? 'unknown kind'}</span>{' '}
            <Health hook={hook} reader={reader} />
            {hook.pending > 0 && (
              <p>
                <Figure field="pending" value={hook.pending}>
                  {hook.pending}
                </Figure>{' '}
                {hook.pending === 1 ? 'message waits' : 'messages wait'}.
              </p>
            )}
            <Form method="post" action={`/account/hooks/${hook.name}/test`}>
              <input type="hidden" name="csrf" value={viewer.csrf} />
              <button type="submit" class="quiet" disabled={!mayActAs(viewer.principal, 'operator')}>
                Send a test message
              </button>
            </Form>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Health({ hook, reader }: { hook: HookJson; reader: Reader }) {
  switch (hook.state) {
    case 'ok':
      return (
        <span class="muted">
          works; the last message was taken <Instant iso={hook.last_success!} reader={reader} />
        </span>
      );
    case 'unused':
      return <span class="muted">no message was sent yet</span>;
    case 'failing':
      return <p class="warn">The last message was not taken: {hook.last_failure!.message}</p>;
    case 'dead':
      return (
        <p class="error">
          Dead since <Instant iso={hook.dead!.since} reader={reader} />: {hook.dead!.reason} Nothing is sent
          until its address is changed or a test message is taken.
        </p>
      );
  }
}
