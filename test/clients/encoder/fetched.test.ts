import { describe, expect, test } from 'vitest';
import { openEncoder, whatIsMissing } from '../../../src/clients/encoder/open-encoder.js';
import { CACHE } from './support/onnx-runtime.js';

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe.each(['minilm', 'mpnet'] as const)('%s', (name) => {
  test('if it has not been fetched, the command that fetches it', async () => {
    const sentence = `the encoder ${name} has not been fetched: npm run encoder -- ${name} fetches it`;
    expect(whatIsMissing(name, '/nowhere')).toBe(sentence);
    const encoder = openEncoder(name, { cache: '/nowhere' });
    await expect(encoder.encode(['a text'])).rejects.toMatchObject({ kind: 'missing', message: sentence });
    await encoder.close();
  });

  // The models are fetched by those who want them; set-up for tests doesn't.
  test.runIf(whatIsMissing(name, CACHE) === null)(
    'encodes, and a paraphrase is nearer than another subject',
    async () => {
      const encoder = openEncoder(name, { cache: CACHE });
      const others = Array.from(
        { length: 20 },
        (_, i) => `Headline ${i} ${'with more words '.repeat(i % 5)}`,
      );
      const claim = 'Save 20% on running shoes';
      const [one, paraphrase, other] = await encoder.encode([
        claim,
        'Running shoes, now a fifth off the price',
        'How bees make honey',
        ...others,
      ]);
      expect(one!.layers.map((layer) => layer.length)).toEqual(encoder.info.layers);
      expect(dot(one!.sentence, one!.sentence)).toBeCloseTo(1, 5);
      expect(dot(one!.sentence, paraphrase!.sentence)).toBeGreaterThan(
        dot(one!.sentence, other!.sentence) + 0.2,
      );
      expect((await encoder.encode([claim]))[0]).toEqual(one);
      await encoder.close();
    },
  );
});

test('use-lite is always there', () => {
  expect(whatIsMissing('use-lite', '/nowhere')).toBeNull();
});
