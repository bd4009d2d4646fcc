import { describe, expect, it } from 'vitest';
import { foreignLanguage } from '../../../src/domain/creative/language.js';
import { ATTRIBUTES, attributesOf } from '../../../src/domain/creative/registry.js';
import { PRODUCT_NAMES, writeCopy, writeVariants } from '../../../src/sandbox/meta-simulator/copy-writer.js';
import { Random } from '../../../src/sandbox/random.js';

const random = new Random('copy-writer');
const copies = Array.from({ length: 2_000 }, () => writeCopy(random));

describe('the writer of ads', () => {
  it('writes the same for the same draws', () => {
    expect(writeCopy(new Random('a'))).toEqual(writeCopy(new Random('a')));
    expect(writeCopy(new Random('a'))).not.toEqual(writeCopy(new Random('b')));
  });

  it('writes thousands of different ads', () => {
    expect(new Set(copies.map(({ headline, body }) => `${headline}\n${body}`)).size).toBeGreaterThan(1_950);
    expect(new Set(copies.map(({ brands }) => brands![0])).size).toBe(PRODUCT_NAMES.length);
  });

  it('writes whole English sentences', () => {
    for (const { headline, body } of copies) {
      expect(headline).toMatch(/^[\p{Lu}\d]/u);
      expect(body).toMatch(/^[\p{Lu}\d].*\.$/u);
      expect(`${headline}\n${body}`).not.toMatch(/undefined| {2}|\?[.,!]|\.,/);
      expect(foreignLanguage(`${headline}\n${body}`)).toBeNull();
    }
  });

  it('varies most attributes', () => {
    const read = copies.slice(0, 500).map(attributesOf);
    const varied = ATTRIBUTES.filter(({ id }) => new Set(read.map((one) => one[id])).size > 1);
    expect(varied.length).toBeGreaterThan(60);
  });

  it('writes different ads of one product for a test', () => {
    const variants = writeVariants(random, 4);
    expect(new Set(variants.map(({ headline, body }) => `${headline}\n${body}`)).size).toBe(4);
    expect(new Set(variants.map(({ brands }) => brands![0])).size).toBe(1);
  });
});
