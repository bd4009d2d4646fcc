import { setTimeout as delay } from 'node:timers/promises';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { Service } from '../crash/service.js';
import type { Evidence } from './evidence.js';
import type { Answer, Hands } from './hands.js';
import type { LiveRun } from './live-run.js';
import type { SecretSearch } from './secrets.js';

/** Real ms. Each poll costs the service as much as a phase. */
const POLL_MS = 250;

/** Sends a request to the market of the service that is running at the time. */
export type AskMarket = (what: string, body?: unknown, method?: string) => Promise<unknown>;

/** Repeats the request while the service is down, as a user would. */
export function marketOf(service: () => Promise<Service>): AskMarket {
  return async (what, body, method) => {
    for (let tries = 1; ; tries++) {
      try {
        const { marketUrl } = await service();
        const response = await fetch(`${marketUrl}/__market/${what}`, {
          method: method ?? (body === undefined ? 'GET' : 'POST'),
          ...(body === undefined
            ? {}
            : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
        });
        const answer: unknown = await response.json();
        if (!response.ok) throw new RangeError(`The market refused ${what}: ${JSON.stringify(answer)}`);
        return answer;
      } catch (error) {
        if (error instanceof RangeError || tries === 200) throw error;
        await delay(100);
      }
    }
  };
}

export interface ServiceHands extends Hands {
  /** Cancels everything that is scheduled. @throws the errors of what was done. */
  rest(): void;
}

export function serviceHands(
  service: () => Promise<Service>,
  options: { timeScale: number; now(): Promise<number>; market: AskMarket; search: SecretSearch },
): ServiceHands {
  const { timeScale, now, market, search } = options;
  const timers = new Set<NodeJS.Timeout>();
  const failures: unknown[] = [];
  return {
    currency: 'USD',
    now,
    later(ms, what) {
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          what().catch((error: unknown) => failures.push(error));
        },
        Math.max(0, ms / timeScale),
      );
      timers.add(timer);
    },
    async order(fault) {
      return ((await market('faults', fault)) as { id: string }).id;
    },
    async withdraw(id) {
      const all = (await market('faults')) as { id: string; struck: number }[];
      // It may have been withdrawn already, if a kill cut off the first answer.
      await market(`faults/${id}`, undefined, 'DELETE').catch((error: unknown) => {
        if (!(error instanceof Error && error.message.includes('no fault'))) throw error;
      });
      return all.find((fault) => fault.id === id)?.struck ?? 0;
    },
    async edit(objectId, fields) {
      await market('edit', { objectId, fields });
    },
    budgets: async (ids) => (await market(`budgets?ids=${ids.join(',')}`)) as Record<string, number>,
    async setTruth(adId, trueClickRate) {
      await market('truth', { adId, trueClickRate });
    },
    // While the service is down, a request waits for the next start.
    async control(id, kind, args) {
      const key = `${id}-${kind}-${Math.round(await now())}`;
      const answer = askOverHttp(await service(), { id, kind, args, key });
      return {
        answer: answer.then(({ whole, ...said }) => {
          search.answered(id, kind, whole);
          return said;
        }),
      };
    },
    rest() {
      for (const timer of timers) clearTimeout(timer);
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function askOverHttp(
  { apiUrl, apiToken }: Service,
  { id, kind, args, key }: { id: string; kind: string; args: Record<string, string>; key: string },
): Promise<Answer & { whole: unknown }> {
  try {
    const response = await fetch(`${apiUrl}/api/ab/experiments/${id}/${kind}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(apiToken === undefined ? {} : { authorization: `Bearer ${apiToken}` }),
      },
      body: JSON.stringify({ ...(apiToken === undefined ? { by: 'a user' } : {}), reason: 'chaos', ...args }),
    });
    const answer = (await response.json()) as { message?: string; detail?: string };
    const whole = { answer, headers: [...response.headers] };
    return { ok: response.ok, said: answer.message ?? answer.detail ?? '', whole };
  } catch (error) {
    const said = `no answer: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, said, whole: error };
  }
}

/** Polls for the runs' writes and states, and passes them to the runs. */
export function watchRuns(runs: readonly LiveRun[], service: () => Promise<Service>, market: AskMarket) {
  type State = Evidence['state'];
  const states = new Map<string, { state: State; since: number }>();
  const byId = new Map(runs.map((run) => [run.id, run]));
  const byAdSet = new Map(runs.flatMap((run) => run.objects.adSetIds.map((id) => [id, run] as const)));
  let seen = 0;
  let over = false;
  const look = async () => {
    const audit = (await market('audit')) as AuditRow[];
    for (const row of audit.slice(seen)) {
      if (row.actor === 'api') await byAdSet.get(row.adSetId)?.wrote(row.adSetId);
    }
    seen = audit.length;
    for (const one of await (await service()).api.list()) {
      const run = byId.get(one.experiment_id);
      const before = states.get(one.experiment_id)?.state;
      if (!run || before === one.state) continue;
      states.set(one.experiment_id, { state: one.state, since: Date.now() });
      if (before === undefined) continue;
      const text = `${before} -> ${one.state}: ${one.state_reason}`;
      const at = Date.parse(one.state_changed_at);
      const state = { to: one.state, hold: null };
      run.observe({ at, kind: 'state', experimentId: run.id, text, state });
    }
  };
  const done = (async () => {
    while (!over) {
      // The service is down for a moment, or was killed in the middle of an answer.
      await look().catch(() => {});
      await delay(POLL_MS);
    }
  })();
  return {
    stateOf: (id: string) => states.get(id),
    async stop() {
      over = true;
      await done;
    },
  };
}
