import { createServer } from 'node:net';

/** Another program listens on this port. `setting` is the environment variable that changes the port. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  constructor(
    readonly port: number,
    readonly setting: string,
  ) {
    super(`Port ${port} is taken. Set ${setting} to another one (0: any free port).`);
  }
}

/** Checks that the port is free on the loopback interface and returns it; for 0, returns any free port. @throws PortTaken */
export function claimPort(port: number, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTaken(port, setting) : error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('No port was given.'));
        else resolve(address.port);
      });
    });
  });
}
