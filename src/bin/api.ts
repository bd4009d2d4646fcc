import { realAddresses } from '../service/addresses.js';
import { startApi } from '../service/api.js';
import { connectCollaborators } from '../service/collaborators.js';
import { runProcess } from '../service/process.js';

await runProcess('Stopping: API.', async (config, { say, complain, onStop, stopping }) => {
  const collaborators = await connectCollaborators(realAddresses(config));
  onStop(() => collaborators.close());
  stopping.throwIfAborted();
  const api = await startApi(collaborators, {
    host: config.host,
    port: config.port,
    apiToken: config.apiToken,
    checkIntervalHours: config.checkIntervalHours,
    policyDefaults: config.policyDefaults,
    maxChecksAtOnce: config.maxActivitiesAtOnce,
    accountEnvelope: config.accountEnvelope,
    writesAllowed: config.writesAllowed,
    onInternalError: (error, where) =>
      complain(`api: ${where}: ${error instanceof Error ? error.message : String(error)}`),
  });
  onStop(() => api.stop());
  say(`API ready: ${api.url}/api/ab/experiments`);
  return { broken: new Promise(() => {}) };
});
