import { spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startDevServer } from '../support/temporal.js';

const RUNTIME = fileURLToPath(new URL('../../src/service/runtime.ts', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** In a process of its own: a runtime is installed once for a process. It lives as long as one of its connections. */
it('shows the metrics of the SDK at the address that is set', async () => {
  const temporal = await startDevServer();
  try {
    const port = await freePort();
    const script = `
      import { NativeConnection } from '@temporalio/worker';
      import { installRuntime } from ${JSON.stringify(RUNTIME)};
      installRuntime(() => {}, '127.0.0.1:${port}');
      const connection = await NativeConnection.connect({ address: '${temporal.address}' });
      await connection.workflowService.getSystemInfo({});
      const answer = await fetch('http://127.0.0.1:${port}/metrics');
      process.stdout.write(answer.status + ' ' + await answer.text());
      await connection.close();
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      env: { PATH: process.env.PATH },
    });
    let out = '';
    child.stdout.on('data', (part) => (out += part));
    await new Promise((resolve) => child.on('close', resolve));
    expect(out).toMatch(/^200 /);
    expect(out).toMatch(/^temporal_request\{[^}]*operation="GetSystemInfo"/m);
  } finally {
    await temporal.stop();
  }
});
