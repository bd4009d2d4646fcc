import { budgetFacts } from '../../domain/messages/message.js';
import { fitted, plain, slackEscaped } from './text.js';
import type { Posted } from './types.js';

/** Slack's limits: https://api.slack.com/reference/block-kit/blocks */
const HEADER = 150;
const SECTION = 3_000;
const FIELD = 2_000;
const FIELDS = 10;

const plainText = (text: string, limit: number) => ({
  type: 'plain_text',
  text: fitted(plain(text), limit, slackEscaped),
  emoji: false,
});

/** An incoming webhook's payload. Texts are plain text: in it no mark-up and no mention works, whoever wrote it. */
export function slackPayload(message: Posted, link: string | null): object {
  const { content, at, environment, accountId } = message;
  const facts = budgetFacts(content).slice(0, FIELDS);
  const place = `${environment} ${accountId} · ${instantOf(at)}`;
  return {
    // For notifications, which show no blocks.
    text: fitted(plain(`${content.title}. ${content.text}`), SECTION, slackEscaped),
    mrkdwn: false,
    unfurl_links: false,
    blocks: [
      { type: 'header', text: plainText(content.title, HEADER) },
      { type: 'section', text: plainText(content.text, SECTION) },
      ...(facts.length === 0
        ? []
        : [
            {
              type: 'section',
              fields: facts.map(({ label, value }) => plainText(`${label}: ${value}`, FIELD)),
            },
          ]),
      ...(link === null
        ? []
        : [{ type: 'section', text: { type: 'mrkdwn', text: `<${slackEscaped(link)}|Open the page>` } }]),
      {
        type: 'context',
        elements: [plainText(link === null ? `${place} · ${content.path}` : place, FIELD)],
      },
    ],
  };
}

/** To the minute, e.g. `2026-05-12 09:00 UTC`. */
function instantOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
