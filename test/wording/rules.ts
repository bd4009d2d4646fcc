import { BLANK, type Text } from './texts.js';

/** A phrase that the rules of wording forbid (CONTRIBUTING.md, "Wording"). */
export interface Finding {
  /** `file:line`. */
  place: string;
  /** What to write. */
  rule: string;
  phrase: string;
}

/** What is counted. "Once", "twice", "4 times" and amounts of money are left out: "$5 a day" is idiom. */
const COUNTED = [
  'units?|impressions|clicks|conversions|events|exposure|spend|budgets?',
  'ads?|ad sets?|variants|experiments|tests|looks?|decisions?|changes|attempts|requests|calls|tries',
  'rows?|lines?|sentences?|results?|answers?|runs|files?|folders?|servers?|actors?|workflow|one',
  'milliseconds|seconds|minutes|one\\s+\\w+',
].join('|');
/** What it is counted by. */
const PER = [
  'ad set|ad|variant|experiment|test|look|pair|phase|rollout|account|campaign|rival|challenger',
  'day|hour|minute|second|millisecond|week|month|bucket',
  'row|line|setting|resource|event|attempt|request|world|run|process|folder|file|field|queue|worker',
].join('|');
/** "the last ad an hour later" counts nothing. */
const TIME_BETWEEN = 'later|ago|before|after|earlier|apart|old|long|late|early';
const A_FOR_PER = new RegExp(
  `\\b(?:(?:${COUNTED})\\s+an?\\s+(?:${PER})|hours\\s+an?\\s+real\\s+hour)\\b(?!\\s+(?:${TIME_BETWEEN})\\b)`,
  'gi',
);

/** A `where` that asks for a place, or names one, is right: what stands before it, and from it on. */
const PLACE_BEFORE: RegExp[] = [
  // A question about a place: it says where the money is.
  /\b(?:says?|knows?|finds? out|shows?|sees?|tells?)\s+$/i,
  // A direction.
  /\b(?:from|to)\s+$/i,
  // A place: money is not where the ledger says.
  /\b(?:is|are|stays?)\s+(?:not\s+)?$/i,
];
const SOMETHING = '(?!none|nobody|nothing|there|that|one\\b|no\\b|not\\b)(?:\\w+\\s+){1,3}';
const PLACE_FROM: RegExp[] = [
  // A question about a place, or the question itself.
  /^where(?:\s+to\b|[,?])/i,
  // A clause that ends with being somewhere: where truth lives.
  new RegExp(
    `^where\\s+${SOMETHING}(?:is|are|was|were|stands?|stood|lives?|leads?|goes|belongs?|should\\s+be)(?=\\s*(?:[.,;:|)]|\\n\\s*\\n|${BLANK}|\\*/|$))`,
    'i',
  ),
];
/** After these words it is a condition, whatever follows: null where it is known. */
const CONDITION =
  /\b(?:null|only|except|absent|empty|missing|unset|undefined|false|true|none|nothing|or|and)\s+$/i;

function isPlace(content: string, index: number): boolean {
  const before = content.slice(Math.max(0, index - 40), index);
  const from = content.slice(index, index + 80);
  if (CONDITION.test(before)) return false;
  return PLACE_BEFORE.some((form) => form.test(before)) || PLACE_FROM.some((form) => form.test(from));
}

/** A literal that is this word alone, e.g. the name of a field of Postgres' errors. */
function isName(content: string, index: number): boolean {
  return content[index - 1] === BLANK && content[index + 'where'.length] === BLANK;
}

export function findings({ file, content }: Text): Finding[] {
  const found =
    (rule: string) =>
    (match: RegExpMatchArray): Finding => ({
      place: `${file}:${content.slice(0, match.index).split('\n').length}`,
      rule,
      phrase: content.slice(match.index!, match.index! + Math.max(30, match[0].length)).replace(/\s+/g, ' '),
    });
  const conditions = [...content.matchAll(/\bwhere\b/gi)].filter(
    ({ index }) => !isName(content, index) && !isPlace(content, index),
  );
  return [
    ...[...content.matchAll(A_FOR_PER)].map(found('write "per"')),
    ...conditions.map(found('write "if" or "when"; "where" is a place')),
  ];
}
