import { formatEvent } from '../contract/events.js';
import { type AccountOptions, accountsOf, startAccount } from '../service/account.js';
import { learningOf, openConnections } from '../service/collaborators.js';
import { runProcess } from '../service/process.js';

await runProcess('Stopping: worker.', async (config, { say, complain, onStop, stopping }) => {
  const accounts = accountsOf(config);
  const shared = await openConnections(accounts[0].addresses, say, learningOf(config));
  onStop(() => shared.close());
  stopping.throwIfAborted();
  const announce: AccountOptions['announce'] = (event) => say(formatEvent(event));
  const broken: Promise<string>[] = [];
  for (const account of accounts) {
    const running = await startAccount(shared, account, { announce, say, complain, stopping });
    onStop(() => running.stop());
    broken.push(running.broken);
    await running.beginUpkeep();
    const { address, namespace, names } = running.collaborators;
    say(`Worker ready: Temporal ${address}, namespace ${namespace}, task queue ${names.taskQueue}.`);
  }
  return { broken: Promise.race(broken) };
});
