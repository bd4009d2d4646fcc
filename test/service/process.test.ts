import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROCESS = fileURLToPath(new URL('../../src/service/process.ts', import.meta.url));
const SCRIPT = `
  import { runProcess } from ${JSON.stringify(PROCESS)};
  await runProcess('bye', async (_, { say, complain }) => {
    say('GET /api/\\nforged');
    complain('api: GET /\\u001b[2J: x\\r');
    return { broken: Promise.resolve('first\\nsecond') };
  });
`;

it('escapes line breaks in its lines, so that nobody can forge a line', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', SCRIPT], {
    env: { PATH: process.env.PATH },
  });
  let [out, complaints] = ['', ''];
  child.stdout.on('data', (part) => (out += part));
  child.stderr.on('data', (part) => (complaints += part));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(out).toBe('GET /api/\\u000aforged\n');
  // The reason for its end is the process's own text, and may have several lines.
  expect(complaints).toBe('api: GET /\\u001b[2J: x\\u000d\nfirst\nsecond\n');
  expect(code).toBe(1);
});
