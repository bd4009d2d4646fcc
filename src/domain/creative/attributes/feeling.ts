/** The feelings that the headline speaks of or appeals to. */

import { type Attribute, either, inHeadline, matching, oneOf } from '../attribute.js';

/** Words that end like a superlative and are none. */
const SUPERLATIVE =
  /\b(?!(?:interest|forest|request|protest|honest|dishonest|guest|harvest|arrest|suggest|contest|invest|chest|nest|modest|digest|manifest|conquest|midwest|quest|wrest|crest|everest|budapest|unrest|infest|detest|attest|ingest|molest|priest|armrest|pest|rest|test|west|jest|vest|zest|fest)\b)\p{L}{2,}est\b/u;

export const FEELING: readonly Attribute[] = [
  inHeadline(
    'superlative',
    'The headline contains a superlative: "most", "best", "worst".',
    ['superlative'],
    either(oneOf('most best worst least'), matching(SUPERLATIVE)),
  ),
  inHeadline(
    'negative_word',
    'The headline contains a negative word: "bad", "wrong", "terrible".',
    ['emotion', 'negative'],
    oneOf(
      'bad worse worst wrong terrible horrible awful ugly stupid hate hates hated fail fails failed failure problem problems lie lies lied sick broken ruin ruined ruins evil disgusting crime shame shameful ridiculous crappy sucks suck dumb gross nasty pain painful cruel racist sexist offensive',
    ),
  ),
  inHeadline(
    'positive_word',
    'The headline contains a positive word: "good", "amazing", "beautiful".',
    ['emotion', 'positive'],
    oneOf(
      'good great amazing awesome beautiful wonderful perfect brilliant incredible fantastic lovely love loves loved happy best fun cool inspiring inspirational powerful brave hope hopeful genius gorgeous delightful nice win wins won winning',
    ),
  ),
  inHeadline(
    'sadness',
    'The headline speaks of sadness or being moved: "tears", "heart", "cry".',
    ['emotion'],
    oneOf(
      'tear tears cry cries crying cried sad sadness heart hearts heartbreaking heartbreak goosebumps chills moved touching sob sobbing weep weeping lump devastating tragic tragedy',
    ),
  ),
  inHeadline(
    'anger',
    'The headline speaks of anger: "angry", "outrage", "mad".',
    ['emotion'],
    oneOf(
      'angry anger outrage outraged outrageous mad furious rage pissed infuriating rant rants slam slams slammed',
    ),
  ),
  inHeadline(
    'fear',
    'The headline speaks of fear or danger: "scary", "afraid", "deadly".',
    ['emotion'],
    oneOf(
      'scary scared scare scares afraid fear fears terrifying terrified danger dangerous threat warning deadly horrifying creepy nightmare',
    ),
  ),
  inHeadline(
    'surprise',
    'The headline promises a surprise: "shocking", "unexpected", "believe".',
    ['emotion', 'surprise'],
    oneOf(
      'surprise surprises surprised surprising surprisingly shock shocks shocked shocking unexpected unexpectedly unbelievable incredible believe stunned stunning jaw mind-blowing astonishing astounding wow whoa speechless insane crazy',
    ),
  ),
  inHeadline(
    'humour',
    'The headline promises humour: "funny", "hilarious", "comedian".',
    ['emotion', 'humour'],
    oneOf(
      'funny funniest hilarious hilariously laugh laughs laughing laughed joke jokes joking comedian comedians comedy humor humour parody lol satire spoof',
    ),
  ),
  inHeadline(
    'death_or_illness',
    'The headline speaks of death or illness.',
    ['topic'],
    oneOf(
      'die dies died dying dead death deaths kill kills killed killing murder murdered cancer disease suicide illness sick aids hiv shot',
    ),
  ),
  inHeadline(
    'emphasis',
    'The headline uses words of emphasis: "very", "so", "totally".',
    ['emphasis'],
    oneOf('very so totally completely absolutely utterly extremely seriously literally pretty damn super'),
  ),
  inHeadline(
    'slang',
    'The headline uses slang: "gonna", "awesome", "kinda".',
    ['tone'],
    oneOf(
      'gonna wanna gotta kinda sorta dude dudes awesome cool hey yeah yep nope ok okay um uh guys folks badass epic dang damn hell crap ass',
    ),
  ),
  inHeadline(
    'money',
    'The headline speaks of money.',
    ['topic'],
    either(
      oneOf(
        'money rich poor poverty wage wages dollar dollars pay paid pays cost costs tax taxes income wealth wealthy bank banks cash',
      ),
      matching(/[$\u00a3\u20ac]\s?\d/),
    ),
  ),
];
