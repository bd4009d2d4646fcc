import type { MessageContent, NewMessage } from './message.js';

/** A message that isn't about one experiment. */
const OF_ACCOUNT = { experiment: null, currency: null, budgets: [], by: null, because: null } as const;

/** The message with a kept report. */
export function reportMessage(report: {
  kind: 'daily' | 'weekly';
  id: string;
  text: string;
  at: number;
}): NewMessage {
  const daily = report.kind === 'daily';
  return {
    kind: daily ? 'daily_summary' : 'weekly_report',
    at: report.at,
    experimentId: null,
    content: {
      ...OF_ACCOUNT,
      budgets: [],
      tone: 'news',
      title: daily ? 'Daily summary' : 'Weekly report',
      text: report.text,
      path: `/reports/${report.id}`,
    },
  };
}

/** The content with which a user tries a hook. */
export function testContent(hook: string): MessageContent {
  return {
    ...OF_ACCOUNT,
    budgets: [],
    tone: 'news',
    title: 'Test of the notification hook',
    text: `This is a test: the hook ${hook} works.`,
    path: '/',
  };
}
