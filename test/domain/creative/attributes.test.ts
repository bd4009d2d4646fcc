import { describe, expect, it } from 'vitest';
import { ATTRIBUTES, attributeOf, attributesOf } from '../../../src/domain/creative/registry.js';
import { type AmountExamples, creativeOf, type Examples, type PresentExamples } from './examples/example.js';
import { FEELING } from './examples/feeling.js';
import { FORM } from './examples/form.js';
import { LENGTH } from './examples/length.js';
import { OFFER } from './examples/offer.js';
import { OPENING } from './examples/opening.js';
import { PEOPLE } from './examples/people.js';
import { PICTURE } from './examples/picture.js';
import { STORY } from './examples/story.js';

const EXAMPLES: Examples = {
  ...FORM,
  ...LENGTH,
  ...OPENING,
  ...PEOPLE,
  ...STORY,
  ...FEELING,
  ...OFFER,
  ...PICTURE,
};

describe('the registry', () => {
  it('has an id, a statement and tags for each attribute, none of them twice', () => {
    const ids = ATTRIBUTES.map(({ id }) => id);
    const statements = ATTRIBUTES.map(({ statement }) => statement);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(statements).size).toBe(statements.length);
    for (const { id, statement, tags } of ATTRIBUTES) {
      expect(id).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
      expect(statement).toMatch(/^[A-Z].*\.$/);
      expect(tags).not.toEqual([]);
    }
  });

  it('has examples of each attribute, and of no other', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(ATTRIBUTES.map(({ id }) => id).sort());
  });

  it('finds an attribute by its id', () => {
    expect(attributeOf('question_mark')?.statement).toBe('The headline contains a question mark.');
    expect(attributeOf('of_an_older_version')).toBeNull();
  });
});

const present = ATTRIBUTES.filter(({ kind }) => kind === 'present').map(({ id }) => id);
const amounts = ATTRIBUTES.filter(({ kind }) => kind === 'amount').map(({ id }) => id);

describe('an attribute', () => {
  it.each(present)('%s tells those that have it from those that lack it', (id) => {
    const { has, lacks } = EXAMPLES[id] as PresentExamples;
    const values = (sources: typeof has) =>
      sources.map((source) => [source, attributesOf(creativeOf(source))[id]]);
    expect(has).not.toEqual([]);
    expect(lacks).not.toEqual([]);
    expect(values(has)).toEqual(has.map((source) => [source, 1]));
    expect(values(lacks)).toEqual(lacks.map((source) => [source, 0]));
  });

  it.each(amounts)('%s is measured in steps', (id) => {
    const examples = EXAMPLES[id] as AmountExamples;
    expect(new Set(examples.map(([, steps]) => steps)).size).toBeGreaterThan(1);
    for (const [source, steps] of examples) {
      expect([source, attributesOf(creativeOf(source))[id]]).toEqual([source, expect.closeTo(steps, 10)]);
    }
  });
});

/** The ids of which the value is known. */
function known(texts: Parameters<typeof attributesOf>[0]): string[] {
  const values = attributesOf(texts);
  return ATTRIBUTES.map(({ id }) => id).filter((id) => values[id] !== null);
}

describe('what is unknown is null', () => {
  it('without notes on the picture, the brand or a body', () => {
    const ids = known({ headline: 'A plain headline', body: ' ', visualNotes: null });
    expect(ids).toContain('question_mark');
    expect(ids.filter((id) => id.startsWith('picture_') || id.startsWith('brand_'))).toEqual([]);
    expect(ids).not.toContain('longer_body');
  });

  it('for a name, if the headline is in title case or too short to tell', () => {
    expect(known(creativeOf('Everyone Danced When Barack Obama Danced'))).not.toContain('proper_name');
    expect(known(creativeOf('Go on'))).not.toContain('proper_name');
  });

  it('for all texts, if there is none', () => {
    expect(known({ headline: ' \n', body: '', visualNotes: '' })).toEqual([]);
    expect(known({ headline: '', body: 'Free shoes', visualNotes: null })).toContain('free');
    expect(known({ headline: '', body: 'Free shoes', visualNotes: null })).not.toContain('question_mark');
  });

  it('for everything, if the text is in another language', () => {
    const spanish = { headline: 'Lo que nadie te cuenta de los perros', body: '', visualNotes: 'A dog' };
    expect(known(spanish)).toEqual([]);
    expect(
      known({
        headline: '\u05e9\u05dc\u05d5\u05dd \u05dc\u05db\u05d5\u05dc\u05dd',
        body: '',
        visualNotes: null,
      }),
    ).toEqual([]);
  });
});

describe('any text', () => {
  it.each([
    ['emoji alone', '\u{1f600}\u{1f389}'],
    ['emoji without end', '\u{1f600}'.repeat(5_000)],
    ['letters without a space', 'a'.repeat(10_000)],
    ['quotes', '"'.repeat(10_000)],
    ['open parentheses', '('.repeat(10_000)],
    ['numbers and commas', '1,'.repeat(5_000)],
    ['words with hyphens', 'a-'.repeat(5_000)],
    ['denials', 'no one saw a man '.repeat(600)],
    ['line ends', `a${'\n'.repeat(9_998)}b`],
  ])('is read in a moment: %s', (_, text) => {
    const started = performance.now();
    const values = attributesOf({ headline: text, body: text, visualNotes: text });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(Object.values(values).every((value) => value === null || Number.isFinite(value))).toBe(true);
    expect(values.question_mark).toBe(0);
  });

  it('has the same attributes with typographic quotes and apostrophes', () => {
    const straight = attributesOf(creativeOf(`She's "back" and he's 'gone' today`));
    expect(
      attributesOf(creativeOf('She\u2019s \u201cback\u201d and he\u2019s \u2018gone\u2019 today')),
    ).toEqual(straight);
  });
});
