import { z } from '@hono/zod-openapi';
import { type Context, Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { hostOf, principalOf } from '../../api/http/access.js';
import {
  CLIENT_LINK_DAYS,
  type ClientView,
  newClientLink,
  readClientLink,
  SHOWN_TO_CLIENTS,
} from '../../api/http/client-link.js';
import { experimentId, oneOf } from '../../api/http/fields.js';
import { ApiProblem } from '../../api/http/problems.js';
import { keptReport } from '../../api/kept-reports/read.js';
import { scorecardOf } from '../../api/scorecard/read.js';
import { experimentFacts } from '../experiment/read.js';
import { ExperimentView } from '../experiment/view.js';
import { instantText, type Reader } from '../format.js';
import { firstProblem } from '../forms.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { Link } from '../parts/links.js';
import { render } from '../render.js';
import { Report } from '../reports/report.js';
import { Scorecard } from '../scorecard/view.js';

const { least, most } = CLIENT_LINK_DAYS;
const days = `must be a whole number from ${least} to ${most} days`;
const LinkForm = z.object({
  kind: oneOf(SHOWN_TO_CLIENTS),
  id: experimentId(),
  days: z.coerce.number(days).int(days).min(least, days).max(most, days),
});

/** The page that a link shows, for those who may open it by themselves. */
const PAGE_OF: Record<ClientView['kind'], (id: string) => string> = {
  report: (id) => `/reports/${id}`,
  experiment: (id) => `/experiments/${id}`,
  scorecard: (id) => `/experiments/${id}/scorecard`,
};

/** What a client reads first. */
const INTRODUCED: Record<ClientView['kind'], string> = {
  report: 'a report on A/B tests of Meta ads',
  experiment: 'an A/B test of Meta ads. Load the page again to see the newest figures',
  scorecard: 'the summary of an A/B test of Meta ads',
};

const DAY_MS = 86_400_000;

/** `/client-links`, and `/shared/:link` for clients. */
export function clientLinkPages(context: ApiContext): Hono {
  return new Hono()
    .post('/client-links', async (c) => {
      const asked = LinkForm.safeParse(await c.req.parseBody());
      if (!asked.success) {
        const text = firstProblem(asked.error);
        throw new ApiProblem('invalid_request', text);
      }
      const { kind, id } = asked.data;
      const { frame, reader } = await settingOf(context, c);
      const maker = context.tokens.find(({ name }) => name === principalOf(c).name) ?? null;
      const until = Date.now() + asked.data.days * DAY_MS;
      const about = { accountId: context.meta.accountId, kind, id };
      const address = `${schemeOf(c)}://${hostOf(c)}${context.base}/shared/${newClientLink(maker, about, until)}`;
      return render(
        c,
        <Page {...frame} title="Link for a client">
          <h1>Link for a client</h1>
          <section class="card">
            <label>
              <span>It shows one page for {daysText(asked.data.days)}</span>
              <input readonly value={address} />
            </label>
            <p>
              <a href={address}>Open it</a> · <Link href={PAGE_OF[kind](id)}>Back</Link>
            </p>
            <p class="muted">
              It ends on {untilText(until, reader)}, and earlier if the token of the user who made it is
              changed or removed.
            </p>
          </section>
        </Page>,
      );
    })
    .get('/shared/:link', async (c) => {
      const view = readClientLink(context.tokens, context.meta.accountId, c.req.param('link'), Date.now());
      if (view === null) {
        throw new ApiProblem('not_found', 'This link has expired or is not complete. Ask for a new one.');
      }
      // Nobody else's cache or search engine may keep it.
      c.header('x-robots-tag', 'noindex');
      const { frame, reader } = await settingOf(context, c);
      const client = { ...frame, viewer: null, forClient: true };
      const account = context.accountName ?? context.meta.accountId;
      const introduction = (
        <p class="note no-print">
          The ad account {account} shares this page with you: {INTRODUCED[view.kind]}. You can only read it,
          until {untilText(view.until, reader)}. A word with dots below it says what it means if you press it.
        </p>
      );
      if (view.kind === 'report') {
        const report = await keptReport(context, view.id);
        return render(
          c,
          <Page {...client} title={`Report ${report.id}`}>
            {introduction}
            <Report report={report} reader={reader} viewer={null} />
          </Page>,
        );
      }
      if (view.kind === 'scorecard') {
        const card = await scorecardOf(context, view.id);
        return render(
          c,
          <Page {...client} title={card.name}>
            {introduction}
            <Scorecard card={card} reader={reader} forClient />
          </Page>,
        );
      }
      const facts = await experimentFacts(context, view.id);
      return render(
        c,
        <Page {...client} title={facts.experiment.name}>
          {introduction}
          <ExperimentView {...facts} reader={reader} viewer={null} notice={null} typed={null} formKey="" />
        </Page>,
      );
    });
}

function daysText(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}

/** The end of a link, epoch ms. Links live in real time, and the sandbox's clock runs faster. */
function untilText(until: number, reader: Reader): string {
  const text = `${instantText(new Date(until).toISOString(), reader)} (${reader.timezone})`;
  return reader.scale === 1 ? text : `${text} by the real clock, not that of the sandbox`;
}

function schemeOf(c: Context): string {
  return c.req.header('x-forwarded-proto') ?? new URL(c.req.url).protocol.replace(':', '');
}
