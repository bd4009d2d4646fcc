import { realAddresses } from '../service/addresses.js';
import { apiOptions, startApi } from '../service/api.js';
import { connectCollaborators } from '../service/collaborators.js';
import { runProcess } from '../service/process.js';

await runProcess('Stopping: API.', async (config, { say, complain, onStop, stopping }) => {
  const collaborators = await connectCollaborators(realAddresses(config));
  onStop(() => collaborators.close());
  stopping.throwIfAborted();
  const api = await startApi(collaborators, apiOptions(config, complain));
  onStop(() => api.stop());
  say(`API ready: ${api.url}/api/ab/experiments`);
  return { broken: new Promise(() => {}) };
});
