import { budgetFacts, type MessageContent } from '../../domain/messages/message.js';
import { discordEscaped, fitted, plain } from './text.js';
import type { Posted } from './types.js';

/** Discord's limits: https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const TITLE = 256;
const DESCRIPTION = 4_096;
const FIELDS = 25;
const FIELD_NAME = 256;
const FIELD_VALUE = 1_024;
const FOOTER = 2_048;
const TOGETHER = 6_000;

const COLOURS: Record<MessageContent['tone'], number> = {
  good: 0x2e7d32,
  news: 0x546e7a,
  act: 0xef6c00,
  bad: 0xc62828,
};

/** A webhook's payload with one embed. It mentions nobody, whatever its texts contain. */
export function discordPayload(message: Posted, link: string | null): object {
  const { content, at, environment, accountId } = message;
  const title = fitted(plain(content.title), TITLE, discordEscaped);
  const fields = budgetFacts(content)
    .slice(0, FIELDS)
    .map(({ label, value }) => ({
      name: fitted(plain(label), FIELD_NAME, discordEscaped),
      value: fitted(plain(value), FIELD_VALUE, discordEscaped),
      inline: true,
    }));
  const place = `${environment} ${accountId}${link === null ? ` · ${content.path}` : ''}`;
  const footer = fitted(place, FOOTER, plain);
  const others = [title, footer, ...fields.flatMap(({ name, value }) => [name, value])];
  const left = TOGETHER - others.reduce((sum, text) => sum + text.length, 0);
  return {
    embeds: [
      {
        title,
        description: fitted(plain(content.text), Math.min(DESCRIPTION, left), discordEscaped),
        ...(link === null ? {} : { url: link }),
        color: COLOURS[content.tone],
        timestamp: new Date(at).toISOString(),
        fields,
        footer: { text: footer },
      },
    ],
    allowed_mentions: { parse: [] },
  };
}
