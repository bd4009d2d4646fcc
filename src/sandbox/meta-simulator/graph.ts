import { readPost } from './creatives.js';
import { GraphError, invalidParameter, invalidToken, unknownObject } from './graph-error.js';
import { readInsights } from './insights.js';
import { askedOf, readEdge, readNode } from './nodes.js';
import type { MarketObject } from './objects.js';
import { listingInstant } from './paging.js';
import { type GraphAnswer, type GraphRequest, listParam, parseRequest } from './request.js';
import { usageHeaders } from './usage.js';
import type { World } from './world.js';
import { budgetWriteOf, faultAnswer, write, writeWithBadToken } from './writes.js';

/** Answers Graph's calls without HTTP: takes a parsed request, returns an answer. */
export class Graph {
  #calls = 0;

  constructor(
    readonly world: World,
    readonly accessToken: string,
    readonly scopes: readonly string[],
    /** Origin of the market itself, for paging links. */
    readonly origin: () => string,
  ) {}

  /** Never rejects because of the request. */
  async answer(request: GraphRequest): Promise<GraphAnswer> {
    this.#calls++;
    if (request.path.length === 0 && request.method === 'POST') return this.#batch(request);
    try {
      return this.#dressed(request, await this.#handle(request));
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      return this.#dressed(request, error);
    }
  }

  async #handle(request: GraphRequest): Promise<GraphAnswer | GraphError> {
    const { world } = this;
    const objectId = request.path[0] ?? '';
    const object = world.objects.get(objectId);
    const amount = budgetWriteOf(request, object);
    if (request.params.access_token !== this.accessToken) {
      const refusal = invalidToken();
      if (object && amount !== null) {
        await world.change((now) => ({
          events: [writeWithBadToken(world, object, amount, refusal, now)],
          result: null,
        }));
      }
      return refusal;
    }
    const edge = request.path[1] ?? null;
    const target = { objectId, edge, method: request.method, budgetWrite: amount };
    const asOf = await world.asOf();
    if (request.method === 'GET' && !world.faults.weigh(target)) return this.#read(request, asOf);

    return world.change<GraphAnswer | GraphError>((now) => {
      const weighed = world.faults.weigh(target);
      const fault = weighed?.fault ?? null;
      const tally = weighed?.tally ?? null;
      if (request.method === 'POST' && object && request.path.length === 1) {
        const { event, answer } = write(world, object, request, fault, tally, now);
        return { events: event ? [event] : [], result: answer };
      }
      const counted = tally ? [{ type: 'tally' as const, at: now, tally }] : [];
      const struck = fault && faultAnswer(fault.order);
      if (struck) return { events: counted, result: struck };
      if (request.method === 'GET') return { events: counted, result: this.#readSafely(request, now) };
      if (object !== world.accountNode || request.path[1] !== 'insights') {
        return { events: counted, result: unknownObject(request.path.join('/'), 'POST') };
      }
      const id = world.newId('report');
      // Credentials must not get into the journal.
      const { access_token: _token, appsecret_proof: _proof, ...params } = request.params;
      return {
        events: [...counted, { type: 'report', at: now, id, accountId: object.id, params }],
        result: ok({ report_run_id: id }),
      };
    });
  }

  #readSafely(request: GraphRequest, now: number): GraphAnswer | GraphError {
    try {
      return this.#read(request, now);
    } catch (error) {
      if (error instanceof GraphError) return error;
      throw error;
    }
  }

  #read(request: GraphRequest, now: number): GraphAnswer {
    const { world } = this;
    const [id, edge, ...rest] = request.path;
    if (rest.length > 0) throw unknownPath(request);
    if (id === undefined) return ok(this.#readMany(request, now));
    if (id === 'me' && edge === 'permissions') {
      return ok({ data: this.scopes.map((permission) => ({ permission, status: 'granted' })) });
    }
    if (id === 'debug_token' && edge === undefined) return ok(this.#describeToken(request));
    if (world.reports.has(id)) return this.#readReport(id, edge, request, now);
    const post = edge === undefined ? readPost(world, request, this.scopes, now, this.origin()) : null;
    if (post) return ok(post);
    const object = world.objects.get(id);
    if (!object) throw unknownObject(id, 'GET');
    if (edge === undefined) {
      return ok(readNode(object, askedOf(request), now, world, this.origin()));
    }
    const at = listingInstant(request, now);
    if (edge === 'insights') return ok(readInsights(object, request, at, world, this.origin()));
    return ok(readEdge(object, edge, request, at, world, this.origin()));
  }

  /** `GET /debug_token?input_token=…`. The market's own token never expires. */
  #describeToken({ params }: GraphRequest): unknown {
    const known = params.input_token === this.accessToken;
    const about = known
      ? { type: 'SYSTEM_USER', expires_at: 0, data_access_expires_at: 0, scopes: this.scopes }
      : { scopes: [], error: { code: 190, message: 'Invalid OAuth access token.' } };
    return { data: { app_id: '2001', application: 'Auto-promotion', is_valid: known, ...about } };
  }

  /** `GET /?ids=a,b`: the objects by id. */
  #readMany(request: GraphRequest, now: number): Record<string, unknown> {
    const ids = listParam(request.params.ids);
    if (ids.length === 0) throw unknownPath(request);
    const found = ids.map((id): [string, MarketObject] => {
      const object = this.world.objects.get(id);
      if (!object) throw unknownObject(id, 'GET');
      return [id, object];
    });
    const asked = askedOf(request);
    return Object.fromEntries(
      found.map(([id, object]) => [id, readNode(object, asked, now, this.world, this.origin())]),
    );
  }

  /** A report run is complete when its progress is read for the second time. */
  #readReport(id: string, edge: string | undefined, request: GraphRequest, now: number): GraphAnswer {
    const report = this.world.reports.get(id);
    if (!report) throw unknownObject(id, 'GET');
    if (edge === undefined) {
      report.polls++;
      const done = report.polls > 1;
      return ok({
        id,
        account_id: this.world.account.id.replace(/^act_/, ''),
        async_status: done ? 'Job Completed' : 'Job Running',
        async_percent_completion: done ? 100 : 40,
      });
    }
    if (edge !== 'insights') throw unknownObject(`${id}/${edge}`, 'GET');
    if (report.polls < 2) throw invalidParameter('The report run is not complete');
    const params = { ...report.params, ...request.params };
    const at = Math.min(now, report.at);
    return ok(readInsights(this.world.accountNode, { ...request, params }, at, this.world, this.origin()));
  }

  /** Several calls in one request, answered in order. If the connection is closed for one of them, it is closed for all. */
  async #batch(request: GraphRequest): Promise<GraphAnswer> {
    const { batch, access_token: token } = request.params;
    if (token !== this.accessToken) return this.#dressed(request, invalidToken());
    if (!Array.isArray(batch)) return this.#dressed(request, unknownPath(request));
    const answers: unknown[] = [];
    for (const item of batch as { method?: string; relative_url?: string; body?: string }[]) {
      const path = String(item.relative_url ?? '').replace(/^\/?(v\d+\.\d+\/)?/, '');
      const url = new URL(`${this.origin()}/${request.version}/${path}`);
      if (!url.searchParams.has('access_token')) url.searchParams.set('access_token', this.accessToken);
      const part = parseRequest(item.method === 'POST' ? 'POST' : 'GET', url, item.body ?? '', '');
      if (!part || part.path.length === 0) {
        answers.push(null);
        continue;
      }
      const answer = await this.answer(part);
      if (answer.kind === 'drop' || answer.kind === 'hang') return answer;
      const headers = answer.kind === 'json' ? answer.headers : {};
      answers.push({
        code: answer.status,
        headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
        body: answer.kind === 'json' ? JSON.stringify(answer.body) : answer.body,
      });
    }
    return this.#dressed(request, ok(answers));
  }

  /** Adds Graph's headers to the answer. */
  #dressed(request: GraphRequest, answer: GraphAnswer | GraphError): GraphAnswer {
    const error = answer instanceof GraphError ? answer : null;
    if (!error && (answer as GraphAnswer).kind !== 'json') return answer as GraphAnswer;
    const json = error
      ? { kind: 'json' as const, status: error.status, body: error.body() }
      : (answer as Extract<GraphAnswer, { kind: 'json' }>);
    const headers = usageHeaders({
      accountId: this.world.account.id,
      version: request.version,
      calls: this.#calls,
      insights: request.path[1] === 'insights',
      regainMinutes: error?.more.regainMinutes ?? 0,
    });
    return { ...json, headers };
  }
}

function ok(body: unknown): GraphAnswer {
  return { kind: 'json', status: 200, body, headers: {} };
}

export function unknownPath(request: Pick<GraphRequest, 'path'>): GraphError {
  return new GraphError(`Unknown path components: /${request.path.join('/')}`, 2500);
}
