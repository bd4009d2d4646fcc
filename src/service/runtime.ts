import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/** Once a process, before anything of Temporal: warnings and errors as lines, signals left to the process's own handler. */
export function installRuntime(log: (line: string) => void): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const about = meta?.workflowId ?? meta?.activityType ?? '';
      const error = meta?.error instanceof Error ? `: ${meta.error.message}` : '';
      log(`temporal ${level}: ${message} ${String(about)}${error}`);
    }),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
}
