/** The arguments and environment of the Temporal CLI. */
import { devNull } from 'node:os';
import { type Config, SETTINGS } from '../../config.js';
import { namesOf } from '../../contract/names.js';
import { runningSandbox } from '../../sandbox/running.js';
import { temporalAt } from '../../service/addresses.js';

export interface Server {
  address: string;
  namespace: string;
  /** True for an embedded server: Temporal's own settings are not meant for it. */
  embedded: boolean;
  environment: 'sandbox' | 'live';
  /** `act_…`; null if no setting names one. */
  accountId: string | null;
}

const OFFLINE = ['help', '--help', '-h', '--version', '-v', 'completion'];

export function needsServer(args: readonly string[]): boolean {
  return args.length > 0 && !args.some((arg) => OFFLINE.includes(arg));
}

/** @throws Error that says what to do if no server is set and no sandbox is running. */
export function findServer(config: Config): Server {
  const { mode: environment, meta } = config;
  const running = environment === 'sandbox' ? runningSandbox(config.dataDirectory) : null;
  const accountId = running?.accountId ?? meta.accountId;
  if (environment === 'sandbox' && config.temporalAddress === null) {
    if (!running)
      throw new Error(
        `No sandbox runs on ${config.dataDirectory}: start one with npm start, set DATA_DIR to the folder of one that runs, or set TEMPORAL_ADDRESS.`,
      );
    const { temporalAddress: address, temporalNamespace: namespace } = running;
    return { address, namespace, embedded: true, environment, accountId };
  }
  const { address, namespace } = temporalAt(config);
  if (address === '') throw new Error('TEMPORAL_ADDRESS is not set: set it, as host:7233.');
  return { address, namespace, embedded: false, environment, accountId };
}

/** Turns `--experiment spring-sale` into the workflow id. @throws Error if its value or the account is missing. */
export function cliArguments(args: readonly string[], { environment, accountId }: Server): string[] {
  const result: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const flag = /^--experiment(?:=(.*))?$/s.exec(args[index]!);
    if (flag === null) {
      result.push(args[index]!);
      continue;
    }
    const experimentId = flag[1] ?? args[++index];
    if (!experimentId) throw new Error('--experiment needs the id of an experiment, e.g. spring-sale.');
    if (accountId === null)
      throw new Error('--experiment needs the account: set META_AD_ACCOUNT_ID, or give --workflow-id.');
    result.push('--workflow-id', namesOf({ environment, accountId }).workflowId(experimentId));
  }
  return result;
}

/** The caller's environment without the service's settings: the CLI must not get its secrets. */
export function cliEnvironment(env: NodeJS.ProcessEnv, server: Server | null): NodeJS.ProcessEnv {
  const isWanted = (name: string) =>
    !SETTINGS.includes(name) && !(server?.embedded && name.startsWith('TEMPORAL_'));
  const wanted = Object.fromEntries(Object.entries(env).filter(([name]) => isWanted(name)));
  if (server === null) return wanted;
  return {
    ...wanted,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    ...(server.embedded ? { TEMPORAL_CONFIG_FILE: devNull } : {}),
  };
}
