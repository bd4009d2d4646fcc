import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/** The SDK's warning about a worker that runs only activities. The workers of the queues for Meta do so on purpose. */
const ACTIVITIES_ALONE = 'No workflows registered, not polling for workflow tasks';

/**
 * Installs Temporal's runtime. Call it once per process, before anything else of Temporal. It logs warnings and errors
 * as lines and leaves signals to the process's own handler. `metricsAddress`: at this address
 * Prometheus finds the metrics of the SDK.
 */
export function installRuntime(log: (line: string) => void, metricsAddress: string | null = null): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (message === ACTIVITIES_ALONE) return;
      const about = meta?.workflowId ?? meta?.activityType ?? '';
      const error = meta?.error instanceof Error ? `: ${meta.error.message}` : '';
      log(`temporal ${level}: ${message} ${String(about)}${error}`);
    }),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
      ...(metricsAddress === null ? {} : { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
    shutdownSignals: [],
  });
}
