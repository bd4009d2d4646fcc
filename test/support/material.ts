import type { Client } from '@temporalio/client';
import type pg from 'pg';

/** Texts that must contain no secret, each with its source. */
export class Material {
  readonly texts: { source: string; text: string }[] = [];

  add(source: string, text: string): void {
    this.texts.push({ source, text });
  }

  /** The texts whose source begins with this prefix. */
  of(prefix: string): { source: string; text: string }[] {
    return this.texts.filter(({ source }) => source.startsWith(prefix));
  }

  copy(): Material {
    const copy = new Material();
    copy.texts.push(...this.texts.map((entry) => ({ ...entry })));
    return copy;
  }
}

/** A secret, by its name, that was found in a source. */
export interface Finding {
  secret: string;
  source: string;
}

/** The sources that contain a canary in any encoding, each source once. `canaries`: by name. */
export function sweep(material: Material, canaries: Record<string, string>): Finding[] {
  return Object.entries(canaries).flatMap(([name, secret]) => {
    const forms = encodings(secret);
    const holding = material.texts.filter(({ text }) => forms.some((form) => text.includes(form)));
    return [...new Set(holding.map(({ source }) => source))].map((source) => ({ secret: name, source }));
  });
}

function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
  return [...new Set(forms)];
}

/** Adds all rows of all tables except Postgres's own; one text per table and experiment, one line per row. */
export async function collectTables(client: pg.Client | pg.Pool, material: Material): Promise<void> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  for (const { name } of tables) {
    const { rows } = await client.query<{ experiment: string | null; text: string }>(
      `select r->>'experiment_id' as experiment, string_agg(r::text, e'\\n') as text
        from (select to_jsonb(t) as r from ${name} t) rows group by 1`,
    );
    for (const { experiment, text } of rows)
      material.add(experiment === null ? `table ${name}` : `table ${name} of ${experiment}`, text);
  }
}

export interface Execution {
  workflowId: string;
  runId: string;
}

/** Adds the histories of all runs on the server. Not for the time-skipping server, which can't list them. */
export async function collectHistories(client: Client, material: Material): Promise<void> {
  for await (const execution of client.workflow.list()) await collectHistory(client, material, execution);
}

/** Adds a run's history, and its description with memo and search attributes, all payloads decoded. Returns its events. */
export async function collectHistory(client: Client, material: Material, { workflowId, runId }: Execution) {
  const handle = client.workflow.getHandle(workflowId, runId);
  const { events } = await handle.fetchHistory();
  material.add(`history ${workflowId} ${runId}`, textsIn(events).join('\n'));
  material.add(`description ${workflowId} ${runId}`, textsIn((await handle.describe()).raw).join('\n'));
  return events ?? [];
}

/** Every text in a message of Temporal; bytes are read as text, since payloads are JSON. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
}
