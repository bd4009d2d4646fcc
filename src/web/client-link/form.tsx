import { CLIENT_LINK_DAYS, type ClientView } from '../../api/http/client-link.js';
import { mayActAs } from '../../api/http/principal.js';
import { Form } from '../parts/links.js';
import type { Viewer } from '../viewer.js';

/** Makes a link that a client can open without a token. */
export function ClientLinkForm({ view, viewer }: { view: ClientView; viewer: Viewer }) {
  const mayMake = mayActAs(viewer.principal, 'operator');
  const { least, most, otherwise } = CLIENT_LINK_DAYS;
  return (
    <section class="card no-print" aria-labelledby="client-link">
      <h2 id="client-link">For a client</h2>
      <Form method="post" action="/client-links" class="inline">
        <input type="hidden" name="csrf" value={viewer.csrf} />
        <input type="hidden" name="kind" value={view.kind} />
        <input type="hidden" name="id" value={view.id} />
        <label>
          <span>Days until the link expires</span>
          <input
            type="number"
            name="days"
            min={least}
            max={most}
            value={String(otherwise)}
            required
            disabled={!mayMake}
          />
        </label>
        <button type="submit" class="quiet" disabled={!mayMake}>
          Make a link to read this
        </button>
      </Form>
      <p class="muted">
        Whoever has the link can read this page, and nothing else. The browser can print it as PDF.
      </p>
    </section>
  );
}
