import { formatEvent } from './events.js';
import { runProcess } from './service/process.js';
import { runService } from './service/run.js';

const fresh = process.argv.slice(2).includes('--fresh');

await runProcess('Stopping: worker, API, Temporal, database.', async (config, { say, onStop }) => {
  const service = await runService(config, { fresh, announce: (event) => say(formatEvent(event)), say });
  onStop(service.stop);
  return service;
});
