import { Connection } from '@temporalio/client';
import { namesOf } from '../contract/names.js';
import { realAddresses } from '../service/addresses.js';
import { loadConfig } from '../service/environment.js';
import { silentPollers } from '../service/pollers.js';

/** The health check of a worker's container: whether this host's worker polls Temporal. Exit code 0 or 1. */
try {
  const { temporal, environment, meta } = realAddresses(loadConfig());
  const { address, namespace, access } = temporal;
  const connection = await Connection.connect({ ...access, address });
  const silent = await silentPollers(
    connection,
    namespace,
    namesOf({ environment, accountId: meta.accountId }).taskQueue,
  );
  await connection.close();
  if (silent.length > 0) throw new Error(`The worker on this host does not poll for ${silent.join(', ')}.`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
