import { type Config, ConfigError, readConfig } from '../config.js';

const DEFAULT_FILE = '.env';

/**
 * The configuration of a process: its environment, completed by a file. `ENV_FILE` names the file. If it is unset, the
 * file is `.env` in the working folder, if that exists. If it is empty, no file is read. A variable that is set, even to
 * the empty string, overrides the file. The file is loaded into `process.env`, since Temporal's own settings are read
 * from there.
 * @throws ConfigError
 */
export function loadConfig(): Config {
  const { ENV_FILE: named } = process.env;
  if (named !== '') completeEnvironment(named);
  return readConfig(process.env);
}

function completeEnvironment(named: string | undefined): void {
  const file = named ?? DEFAULT_FILE;
  try {
    process.loadEnvFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code !== 'ENOENT') throw new ConfigError(`${file} can't be read as a file of settings (${code}).`);
    if (named !== undefined) throw new ConfigError(`ENV_FILE names ${file}, which does not exist.`);
  }
}
