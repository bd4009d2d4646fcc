import { type Announce, formatEvent } from '../contract/events.js';
import { openDataFolder } from '../sandbox/data-folder.js';
import { acquireLock } from '../sandbox/lock.js';
import { runSandbox } from '../sandbox/service.js';
import { accountsOf } from '../service/account.js';
import { runProcess } from '../service/process.js';
import { runService } from '../service/service.js';

const fresh = process.argv.slice(2).includes('--fresh');

await runProcess('Stopping: worker, API, Temporal, database.', async (config, { say, onStop, stopping }) => {
  const announce: Announce = (event) => say(formatEvent(event));
  if (config.mode === 'sandbox') {
    const sandbox = await runSandbox(config, { fresh, announce, say, stopping });
    onStop(sandbox.stop);
    return sandbox;
  }
  const dataFolder = await openDataFolder(config.dataDirectory);
  const lock = await acquireLock(config.dataDirectory);
  onStop(() => lock.release());
  await dataFolder.makePrivate();
  const service = await runService(accountsOf(config), { announce, say, dataFolder, stopping });
  onStop(service.stop);
  return service;
});
