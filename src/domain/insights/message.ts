import type { Experiment } from '../experiment.js';
import { aboutExperiment, type NewMessage } from '../messages/message.js';

/** The message that insights are ready. `text`: why they have their status. */
export function insightsMessage(
  experiment: Experiment,
  said: { claims: number; text: string; at: number },
): NewMessage {
  const what = said.claims === 1 ? '1 claim says' : `${said.claims} claims say`;
  return {
    kind: 'insights',
    at: said.at,
    experimentId: experiment.id,
    content: aboutExperiment(experiment, {
      tone: 'news',
      title: 'Insights are ready',
      text: `${what} why the winner won. ${said.text}`,
    }),
  };
}
