import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { documentBlock } from '../../support/documents.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

it('the example in the documents has the answer that they print below it, and the answer is a verdict', () => {
  const [example] = documentBlock('docs/statistics.md', 'sh', 'npm run -s analyze').split('\n\n');
  const printed = example!.split('\n').at(-1)!;
  const out = execFileSync('bash', ['-c', example!], { cwd: ROOT, encoding: 'utf8' });
  expect(`# ${out}`).toBe(`${printed}\n`);
  expect(JSON.parse(out)).toMatchObject({ decision: { winner: expect.stringMatching(/^[AB]$/) } });
});
