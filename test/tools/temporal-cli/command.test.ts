import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig, SETTINGS } from '../../../src/config.js';
import { type RunningSandbox, runSandbox } from '../../../src/sandbox/service.js';
import { runCommand } from '../../support/command.js';
import { documentBlock } from '../../support/documents.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !SETTINGS.includes(name)),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'auto-promotion-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command line in a shell, as a user types it. */
async function shell(command: string, env: Record<string, string>) {
  const child = spawn('bash', ['-c', command], {
    cwd: ROOT,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { code, out, err };
}

const temporal = (args: string[], env: Record<string, string>) =>
  runCommand('src/tools/temporal-cli/main.ts', args, { ...inherited, ...env });

describe('npm run temporal with a running sandbox', () => {
  let running: RunningSandbox;
  let env: Record<string, string>;
  beforeAll(async () => {
    env = { DATA_DIR: path.join(folder, 'world') };
    const config = readConfig({
      ...env,
      PORT: '0',
      TEMPORAL_PORT: '0',
      TEMPORAL_UI_PORT: '0',
      MARKET_PORT: '0',
      // Slow, so that nothing is decided while the test runs.
      TIME_SCALE: '60',
    });
    running = await runSandbox(config, { fresh: false, announce: () => {}, say: () => {} });
  }, 180_000);
  afterAll(() => running?.stop());

  it('runs the command of the documents: the experiment is paused by that user', {
    timeout: 120_000,
  }, async () => {
    const { store } = running.collaborators;
    expect((await store.getExperiment('spring-sale'))!.state).toBe('running');
    const answer = await shell(documentBlock('docs/api.md', 'sh', '--name pause'), env);
    expect(answer).toMatchObject({ code: 0, err: '' });
    for (;;) {
      const { state, reason } = (await store.getExperiment('spring-sale'))!;
      if (state === 'paused') {
        expect(reason).toMatchObject({ code: 'paused', by: 'ana' });
        break;
      }
      await delay(50);
    }
  });

  it("finds the server on any free port, and passes none of the service's settings to the CLI", async () => {
    const args = ['workflow', 'describe', '--experiment=gift-cards', '-o', 'json'];
    const described = await temporal(args, { ...env, TEMPORAL_API_KEY: 'x', TEMPORAL_TLS: 'true' });
    expect(described).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(described.out)).toMatchObject({
      workflowExecutionInfo: {
        execution: { workflowId: running.collaborators.names.workflowId('gift-cards') },
      },
    });
  });
});

describe('npm run temporal without a server', () => {
  it('says in one sentence what to do', async () => {
    const list = ['workflow', 'list'];
    const directory = path.join(folder, 'nothing');
    expect(await temporal(list, { DATA_DIR: directory })).toEqual({
      code: 1,
      out: '',
      err: `No sandbox runs on ${directory}: start one with npm start, set DATA_DIR to the folder of one that runs, or set TEMPORAL_ADDRESS.\n`,
    });
    expect(
      await temporal(list, {
        MODE: 'live',
        META_ACCESS_TOKEN: 'x',
        META_AD_ACCOUNT_ID: 'act_1',
        API_TOKEN: 'sixteen-characters',
      }),
    ).toEqual({ code: 1, out: '', err: 'TEMPORAL_ADDRESS is not set: set it, as host:7233.\n' });
  });

  it('answers commands that need no server', async () => {
    const { code, out } = await temporal(['--version'], { MODE: 'canary' });
    expect([code, out]).toEqual([0, expect.stringMatching(/^temporal version \d/)]);
  });
});
