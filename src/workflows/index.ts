export { experimentWorkflow } from './experiment.js';
export { insightsWorkflow } from './insights.js';
export { dailySummaryWorkflow, recheckWorkflow, reconcileWorkflow, weeklyReportWorkflow } from './jobs.js';
export { learningWorkflow } from './learning.js';
export { messengerWorkflow } from './messenger.js';
