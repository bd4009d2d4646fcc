/**
 * `npm run -s doctor`: checks what the service needs without writing anything, and prints on one line per check what it
 * found and what to do. The exit code is 1 if a check failed.
 */
import { type Config, ConfigError } from '../../config.js';
import { loadConfig } from '../../service/environment.js';
import { examine } from './examine.js';
import { type Finding, fail, formatFinding } from './finding.js';

function settings(): Config | Finding {
  try {
    return loadConfig();
  } catch (error) {
    if (error instanceof ConfigError) return fail('Settings', error.message, '.env.example lists them all');
    throw error;
  }
}

const config = settings();
const findings = 'level' in config ? [config] : await examine(config);
const text = findings.map((finding) => `${formatFinding(finding)}\n`).join('');
// A part that doesn't answer may keep its connection open and the process alive.
process.stdout.write(text, () => process.exit(findings.some(({ level }) => level === 'fail') ? 1 : 0));
