const ANSWERS = {
  dies: 'process.exit(7)',
  hangs: 'for (;;);',
  fails: "parentPort.postMessage({ failure: 'a test makes no sense' })",
  answers: "parentPort.postMessage({ answer: { texts: ['one'], trainingHash: 'h' } })",
};

/** A thread that takes tests, and does this when it is asked for their texts. */
export function oddThread(then: keyof typeof ANSWERS): URL {
  const program = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ step }) => {
      if (step === 'add') parentPort.postMessage({ answer: null });
      else ${ANSWERS[then]}
    });`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}
