import { accountsOf } from '../service/account.js';
import { apiOptions, startApis } from '../service/api.js';
import { collaboratorsOn, learningOf, openConnections } from '../service/collaborators.js';
import { runProcess } from '../service/process.js';

const start: Parameters<typeof runProcess>[1] = async (config, { say, complain, onStop, stopping }) => {
  const accounts = accountsOf(config);
  const shared = await openConnections(accounts[0].addresses, say, learningOf(config));
  onStop(() => shared.close());
  stopping.throwIfAborted();
  const served = accounts.map(({ config: own, addresses }) => ({
    collaborators: collaboratorsOn(shared, addresses),
    options: apiOptions(own, complain),
  }));
  const api = await startApis(served);
  onStop(() => api.stop());
  for (const { collaborators } of served)
    say(`API ready: ${api.url}${collaborators.base ?? ''}/api/ab/experiments`);
  return { broken: new Promise(() => {}) };
};

await runProcess('Stopping: API.', start, { hasWorker: false });
