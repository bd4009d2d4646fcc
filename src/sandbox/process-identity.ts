import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a process started, as a token that can only be compared: a pid alone may belong to another process by now.
 * Letters, digits and hyphens only. Undefined if no such process runs.
 *
 * A zombie counts as ended: if the process with pid 1 reaps nothing, as in many containers, a killed orphan stays a
 * zombie for ever.
 */
export function startTimeOf(pid: number): string | undefined {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets; the name itself may contain spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const ticksSinceBoot = fields[19];
  // A zombie that still has threads has not ended yet: its ports and files are open.
  const ended = state === 'X' || (state === 'Z' && Number(fields[17]) <= 1);
  if (ended || ticksSinceBoot === undefined) return undefined;
  return `${ticksSinceBoot}-${bootId()}`;
}

let boot: string | undefined;

/** Ticks count from the boot, so after another boot the same number may stand for another process. */
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
  return boot;
}

function fromPs(pid: number): string | undefined {
  let line: string;
  try {
    line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
  return startTimeInPs(line);
}

/** Reads a line of `ps -o stat=,lstart=`, such as `Ss   Mon Nov 23 18:14:09 2026`. */
export function startTimeInPs(line: string): string | undefined {
  const [state = '', ...started] = line.trim().split(/\s+/);
  if (state === '' || state.startsWith('Z') || started.length === 0) return undefined;
  return started.join('-').replace(/[^A-Za-z0-9-]/g, '-');
}
