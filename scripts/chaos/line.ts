import net from 'node:net';

/** Between a worker and its server. */
export interface Line {
  address: string;
  /** Nothing gets through any more, in either direction; what is on its way arrives once it is mended. */
  cut(): void;
  mend(): void;
  isCut(): boolean;
  close(): void;
}

export async function openLine(address: string): Promise<Line> {
  const [host, port] = address.split(':');
  const open = new Set<net.Socket>();
  let cut = false;
  const relay = (from: net.Socket, to: net.Socket) => {
    open.add(from);
    from.on('data', (chunk) => to.write(chunk));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      open.delete(from);
      to.destroy();
    });
    if (cut) from.pause();
  };
  const server = net.createServer((near) => {
    const far = net.connect(Number(port), host);
    relay(near, far);
    relay(far, near);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    cut() {
      cut = true;
      for (const socket of open) socket.pause();
    },
    mend() {
      cut = false;
      for (const socket of open) socket.resume();
    },
    isCut: () => cut,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
