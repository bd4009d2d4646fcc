import { Connection } from '@temporalio/client';
import { namesOf } from '../contract/names.js';
import { accountsOf } from '../service/account.js';
import { loadConfig } from '../service/environment.js';
import { silentPollers } from '../service/pollers.js';

/** The health check of a worker's container: whether this host's worker polls Temporal for each account. Exit code 0 or 1. */
try {
  const silent: string[] = [];
  for (const { addresses } of accountsOf(loadConfig())) {
    const { temporal, environment, meta } = addresses;
    const { address, namespace, access } = temporal;
    const connection = await Connection.connect({ ...access, address });
    const { taskQueue } = namesOf({ environment, accountId: meta.accountId });
    silent.push(...(await silentPollers(connection, namespace, taskQueue)));
    await connection.close();
  }
  if (silent.length > 0) throw new Error(`The worker on this host does not poll for ${silent.join(', ')}.`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
