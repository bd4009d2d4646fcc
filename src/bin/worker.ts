import { formatEvent } from '../contract/events.js';
import { realAddresses } from '../service/addresses.js';
import { connectCollaborators } from '../service/collaborators.js';
import { registerSearchAttributes } from '../service/namespace.js';
import { runProcess } from '../service/process.js';
import { unlessStopping } from '../service/stopping.js';
import { keepReconciled, prepareUpkeep } from '../service/upkeep.js';
import { startWorker } from '../service/worker.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../workflows/search-attributes.js';

await runProcess('Stopping: worker.', async (config, { say, complain, onStop, stopping }) => {
  const collaborators = await connectCollaborators(realAddresses(config));
  onStop(() => collaborators.close());
  stopping.throwIfAborted();
  const { client, namespace, address } = collaborators;
  await registerSearchAttributes(client.connection, namespace, SEARCH_ATTRIBUTE_KEYS);
  const worker = await startWorker(collaborators, {
    announce: (event) => say(formatEvent(event)),
    writesAllowed: config.writesAllowed,
    accountEnvelope: config.accountEnvelope,
    maxCachedWorkflows: config.maxCachedWorkflows,
    maxActivitiesAtOnce: config.maxActivitiesAtOnce,
  });
  onStop(() => worker.stop());
  const { broken } = worker;
  // This worker runs the reconciliation: if the worker breaks, the wait for it must end too.
  await unlessStopping(
    stopping,
    Promise.race([
      prepareUpkeep(collaborators, complain),
      broken.then((failure) => Promise.reject(new Error(failure))),
    ]),
  );
  const upkeep = keepReconciled(collaborators, say);
  onStop(() => upkeep.stop());
  say(`Worker ready: Temporal ${address}, namespace ${namespace}.`);
  return { broken };
});
