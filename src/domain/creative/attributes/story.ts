/** What the headline tells, holds back, or points at. */

import { type Attribute, either, inHeadline, matching, oneOf } from '../attribute.js';

export const STORY: readonly Attribute[] = [
  inHeadline(
    'this_or_these',
    'The headline points at something: "this" or "these".',
    ['pointing'],
    oneOf('this these'),
  ),
  inHeadline('that_or_those', 'The headline says "that" or "those".', ['pointing'], oneOf('that those')),
  inHeadline(
    'here_is',
    'The headline says "here is", "here\'s" or "here are".',
    ['pointing'],
    matching(/\bhere(?:'s|'re| is| are)\b/),
  ),
  inHeadline(
    'turn_in_time',
    'The headline has a turn in time: "until", "then", "after".',
    ['story', 'time'],
    oneOf('until till then after'),
  ),
  inHeadline(
    'when_or_while',
    'The headline tells of a moment: "when", "while", "before", "as soon as".',
    ['story', 'time'],
    oneOf('when while before once'),
  ),
  inHeadline(
    'names_the_medium',
    'The headline names the medium: video, photo, clip, chart.',
    ['medium'],
    oneOf(
      'video videos photo photos photograph photographs picture pictures clip clips footage film image images pics pic',
    ),
  ),
  inHeadline(
    'what_happens_next',
    'The headline holds back what happens: "what happens next", "what he did", "you won\'t believe".',
    ['curiosity_gap'],
    matching(
      /\bwhat (?:happen(?:s|ed)|comes|came)\b|\bwhat (?:he|she|they|it) (?:do|does|did|say|says|said|find|finds|found|see|sees|saw)\b|\bhappen(?:s|ed) next\b|\bwait (?:for|till|until)\b|\bwon't believe\b|\bguess (?:what|who)\b|\b(?:find|see) out\b/,
    ),
  ),
  inHeadline(
    'unnamed_thing',
    'The headline speaks of a thing that it doesn\'t name: "something", "one thing", "the reason".',
    ['curiosity_gap'],
    matching(/\b(?:something|somebody|someone|(?:one|the|a|1) (?:\w+ )?(?:thing|reason|way|trick))\b/),
  ),
  inHeadline(
    'reveals',
    'The headline promises to reveal something: "secret", "truth", "really", "actually".',
    ['curiosity_gap'],
    oneOf(
      'secret secrets secretly truth reveal reveals revealed hidden real really actually exposed exposes',
    ),
  ),
  inHeadline(
    'contrast',
    'The headline sets up a contrast: "but", "yet", "instead".',
    ['story'],
    oneOf('but yet instead though although despite except however'),
  ),
  inHeadline(
    'reason',
    'The headline gives or promises a reason: "because", "why", "so".',
    ['reason'],
    oneOf('because why reason reasons cause'),
  ),
  inHeadline(
    'seeing',
    'The headline speaks of seeing or watching.',
    ['medium'],
    oneOf('see seen sees seeing saw watch watching look looks looking'),
  ),
  inHeadline(
    'speaking',
    'The headline speaks of saying or telling.',
    ['story'],
    oneOf(
      'say says said saying tell tells told telling speak speaks spoke talk talks explain explains explained',
    ),
  ),
  inHeadline(
    'first_time',
    'The headline speaks of a first or last time.',
    ['time'],
    matching(/\b(?:first|last)\b/),
  ),
  inHeadline(
    'obligation',
    'The headline says what one must do: "should", "need", "must".',
    ['advice'],
    either(oneOf('should must need needs gotta ought'), matching(/\b(?:have|has) to\b/)),
  ),
  inHeadline(
    'possibility',
    'The headline says what may be: "could", "might", "maybe".',
    ['hedge'],
    oneOf('could might may maybe perhaps probably possibly'),
  ),
  inHeadline(
    'negation',
    'The headline says no: "not", "no", "don\'t".',
    ['negation'],
    matching(/\b(?:not|no|none|nobody|nothing|without|cannot)\b|n't\b/),
  ),
  inHeadline(
    'absolute',
    'The headline is absolute: "all", "every", "never", "always".',
    ['absolute'],
    oneOf('all every everything everyone everybody never always ever any entire whole'),
  ),
  inHeadline(
    'comparison',
    'The headline compares: "more", "less", "better", "than".',
    ['comparison'],
    oneOf('more less better worse than bigger smaller'),
  ),
];
