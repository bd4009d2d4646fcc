import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/** What the SDK warns of where a worker takes activities alone, as those of the queues for Meta do on purpose. */
const ACTIVITIES_ALONE = 'No workflows registered, not polling for workflow tasks';

/** Once a process, before anything of Temporal: warnings and errors as lines, signals left to the process's own handler. */
export function installRuntime(log: (line: string) => void): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (message === ACTIVITIES_ALONE) return;
      const about = meta?.workflowId ?? meta?.activityType ?? '';
      const error = meta?.error instanceof Error ? `: ${meta.error.message}` : '';
      log(`temporal ${level}: ${message} ${String(about)}${error}`);
    }),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
}
