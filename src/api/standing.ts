import type { Standing } from './gateway.js';

const ENDINGS: Record<Extract<Standing, { kind: 'ended' }>['how'], string> = {
  completed: 'has ended before the experiment',
  failed: 'has failed',
  cancelled: 'was cancelled',
  terminated: 'was terminated',
  timed_out: 'has timed out',
  missing: 'is missing',
};

/** What is said of an experiment that has not ended, and whose workflow doesn't speak for itself. */
export function troubleOf(standing: Exclude<Standing, { kind: 'open' }>): string {
  switch (standing.kind) {
    case 'silent':
      return 'No worker answers for the workflow: this is what the record says. Nothing is checked or written until one does.';
    case 'starting':
      return 'The workflow is starting: it has not read the record yet.';
    case 'unreachable':
      return 'Temporal does not answer: this is what the record says. Whether the workflow runs is not known.';
    case 'ended':
      return `The workflow ${ENDINGS[standing.how]}: nothing is checked or written. It is started again within a minute of a running worker.`;
  }
}
