export { experimentWorkflow } from './experiment.js';
export { dailySummaryWorkflow, reconcileWorkflow, weeklyReportWorkflow } from './jobs.js';
