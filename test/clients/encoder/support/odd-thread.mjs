/** A thread that does to a batch what its first text says. Its rows hold a text's length, three times. */

import { parentPort } from 'node:worker_threads';

let batches = 0;
parentPort.on('message', ({ texts }) => {
  batches++;
  if (texts[0] === 'hang') return;
  if (texts[0] === 'crash') throw new Error('the model broke');
  if (texts[0] === 'exit') process.exit(3);
  if (texts[0] === 'refuse') {
    parentPort.postMessage({ failure: { kind: 'missing', message: 'there is no model' } });
    return;
  }
  const vectors = Float32Array.from(texts.flatMap((text) => [text.length, batches, 1]));
  parentPort.postMessage({ vectors });
});
