import { describe, expect, it } from 'vitest';
import { comparedTexts } from '../../../src/domain/creative/compared-texts.js';
import { textsOf } from '../../../src/domain/creative/creative-texts.js';
import {
  asRun,
  creativeAsRun,
  fieldsOf,
  type RanCreative,
} from '../../../src/domain/creative/ran-creative.js';

const NOTHING = { hook: null, headline: null, text: null, script: null, visualNotes: null };
const RAN: RanCreative = {
  form: 'object_story_spec',
  title: 'Warm all winter',
  body: 'Cold feet? Down that keeps its loft.',
  description: 'Free returns',
  callToAction: 'SHOP_NOW',
  link: 'https://shop.example/',
  picture: null,
  readAt: 0,
};

describe('the creative as it ran', () => {
  it('fills what the marketer left out, and nothing else', () => {
    expect(creativeAsRun(NOTHING, RAN)).toEqual({ ...NOTHING, headline: RAN.title, text: RAN.body });
    expect(creativeAsRun({ ...NOTHING, headline: ' ', text: 'Mine' }, RAN)).toEqual({
      ...NOTHING,
      headline: RAN.title,
      text: 'Mine',
    });
    const whole = { hook: 'H', headline: 'L', text: 'T', script: 'S', visualNotes: 'V' };
    expect(creativeAsRun(whole, RAN)).toEqual(whole);
    expect(creativeAsRun(whole, null)).toBe(whole);
    expect(creativeAsRun(NOTHING, { ...RAN, title: null, body: ' ' })).toEqual(NOTHING);
  });

  it('counts a hook that begins the body once', () => {
    const ran = creativeAsRun({ ...NOTHING, hook: 'Cold feet?' }, RAN);
    expect(ran.text).toBe('Down that keeps its loft.');
    expect(textsOf(ran)).toMatchObject({
      headline: RAN.title,
      body: `Cold feet?\nDown that keeps its loft.`,
    });
    expect(creativeAsRun({ ...NOTHING, hook: RAN.body }, RAN).text).toBeNull();
    expect(creativeAsRun({ ...NOTHING, hook: 'Other' }, RAN).text).toBe(RAN.body);
  });

  it('lets ads be compared that were registered without texts', () => {
    const variant = (id: string) =>
      ({ id, role: 'challenger', adId: '1', adSetId: '2', creative: NOTHING }) as const;
    const test = { variants: [variant('a'), variant('b')] };
    const ran = new Map([
      ['a', RAN],
      ['b', { ...RAN, title: 'Light as air' }],
    ]);
    expect(comparedTexts(test.variants.map(({ creative }) => creative))).toBeNull();
    const { variants } = asRun(test, ran);
    expect(comparedTexts(variants.map(({ creative }) => creative))).toEqual({
      field: 'headline',
      texts: ['Warm all winter', 'Light as air'],
    });
    expect(asRun(test, new Map())).toEqual(test);
  });

  it('has the texts that people saw by their names', () => {
    expect(fieldsOf({ ...NOTHING, headline: 'Mine', script: 'S' }, RAN)).toEqual({
      headline: RAN.title,
      text: RAN.body,
      description: RAN.description,
      call_to_action: 'SHOP_NOW',
      script: 'S',
    });
    expect(fieldsOf({ ...NOTHING, headline: 'Mine' }, null)).toEqual({ headline: 'Mine' });
  });
});
