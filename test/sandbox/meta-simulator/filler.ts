import { Journal } from '../../../src/sandbox/meta-simulator/journal.js';

/** Appends lines of at least 100 bytes until the file may not grow any more, then prints how many were written. */
const [directory] = process.argv.slice(2);
if (!directory) throw new Error('usage: filler.ts <directory>');
const journal = await Journal.open<{ n: number; text?: string }>(directory);
let taken = 0;
let code = '';
while (code === '') {
  await journal.append({ n: taken, text: 'x'.repeat(90) }).then(
    () => taken++,
    (error: NodeJS.ErrnoException) => {
      code = error.code ?? 'unknown';
    },
  );
}
await journal.append({ n: -1 });
await journal.close();
process.stdout.write(JSON.stringify({ taken, code }));
