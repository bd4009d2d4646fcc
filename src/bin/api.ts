import { realAddresses } from '../service/addresses.js';
import { apiOptions, startApi } from '../service/api.js';
import { connectCollaborators } from '../service/collaborators.js';
import { runProcess } from '../service/process.js';

const start: Parameters<typeof runProcess>[1] = async (config, { say, complain, onStop, stopping }) => {
  const collaborators = await connectCollaborators(realAddresses(config));
  onStop(() => collaborators.close());
  stopping.throwIfAborted();
  const api = await startApi(collaborators, apiOptions(config, complain));
  onStop(() => api.stop());
  say(`API ready: ${api.url}/api/ab/experiments`);
  return { broken: new Promise(() => {}) };
};

await runProcess('Stopping: API.', start, { hasWorker: false });
