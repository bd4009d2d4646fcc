import type { Client } from '@temporalio/client';
import type pg from 'pg';

/** Texts in which no secret may stand, each with the place where it was found. */
export class Material {
  readonly texts: { source: string; text: string }[] = [];

  add(source: string, text: string): void {
    this.texts.push({ source, text });
  }

  /** Places whose name begins so. */
  of(prefix: string): { source: string; text: string }[] {
    return this.texts.filter(({ source }) => source.startsWith(prefix));
  }

  copy(): Material {
    const copy = new Material();
    copy.texts.push(...this.texts.map((entry) => ({ ...entry })));
    return copy;
  }
}

/** Where a canary stands, in whatever encoding: `<its name> in <source>`. Canaries by name. */
export function sweep(material: Material, canaries: Record<string, string>): string[] {
  const found = Object.entries(canaries).flatMap(([name, secret]) => {
    const forms = encodings(secret);
    return material.texts
      .filter(({ text }) => forms.some((form) => text.includes(form)))
      .map(({ source }) => `${name} in ${source}`);
  });
  return [...new Set(found)];
}

function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

/** Every row of every table that is not Postgres's own, each row as one text. */
export async function collectTables(client: pg.Client, material: Material): Promise<void> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
    material.add(`table ${name}`, rows.map(({ row }) => row).join('\n'));
  }
}

/** Every history of every run on the server, with memo and search attributes, all payloads decoded. */
export async function collectHistories(client: Client, material: Material): Promise<void> {
  for await (const { workflowId, runId } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { events } = await handle.fetchHistory();
    material.add(`history ${workflowId} ${runId}`, textsIn(events).join('\n'));
    material.add(`description ${workflowId} ${runId}`, textsIn((await handle.describe()).raw).join('\n'));
  }
}

/** Every text in a message of Temporal's, bytes (payloads are JSON) read as text. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
}
