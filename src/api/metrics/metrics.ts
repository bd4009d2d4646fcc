import type { Context, MiddlewareHandler } from 'hono';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ApiContext } from '../dependencies.js';
import { routeOf } from '../http/access.js';
import { RecordMetrics } from './record-metrics.js';

/** The metrics of the process: one set, however many apps it serves. */
let ofProcess: Registry | undefined;

function processMetrics(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** Bounds of the durations, seconds: from a read of the record to the wait for a control. */
const BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What `/metrics` shows, and the middleware that measures each request. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly record = new RecordMetrics(this.registry);
  private readonly partUp: Gauge<'part'>;
  private readonly durations: Histogram<'method' | 'route' | 'status'>;

  constructor(
    private readonly context: Pick<ApiContext, 'store' | 'clock' | 'gateway' | 'environment' | 'meta'>,
  ) {
    const registers = [this.registry];
    this.registry.setDefaultLabels({ environment: context.environment, account: context.meta.accountId });
    this.partUp = new Gauge({
      name: 'auto_promotion_part_up',
      help: '1 if the part answers, else 0',
      labelNames: ['part'],
      registers,
    });
    this.durations = new Histogram({
      name: 'auto_promotion_http_request_duration_seconds',
      help: 'Real seconds until the answer begins, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    });
  }

  /** Measures each request. A path that isn't known counts as the route `none`: clients can make up any number of paths. */
  readonly measure: MiddlewareHandler = async (c, next) => {
    const end = this.durations.startTimer();
    await next();
    end({ ...labelsOf(c), status: String(c.res.status) });
  };

  /** In Prometheus' text format. A part that doesn't answer is shown as one, and never fails the scrape. */
  async text(): Promise<{ type: string; text: string }> {
    const { store, clock, gateway } = this.context;
    const [figures, temporal] = await Promise.all([
      clock
        .now()
        .then((now) => store.figures(now))
        .catch(() => null),
      gateway.ping().then(
        () => 1,
        () => 0,
      ),
    ]);
    this.record.show(figures);
    this.partUp.set({ part: 'postgres' }, figures ? 1 : 0);
    this.partUp.set({ part: 'temporal' }, temporal);
    const text = (await Promise.all([this.registry.metrics(), processMetrics().metrics()])).join('\n');
    return { type: this.registry.contentType, text };
  }
}

const METHODS = ['GET', 'HEAD', 'POST'];

function labelsOf(c: Context): { method: string; route: string } {
  const { method } = c.req;
  return { method: METHODS.includes(method) ? method : 'other', route: routeOf(c)?.path ?? 'none' };
}
