/** What ads offer, and how they ask: read from the headline and the body. */

import { type Attribute, either, inTexts, matching, oneOf, written } from '../attribute.js';

/** The brand is first if its name begins within as many words. */
const FIRST_WORDS = 3;

export const OFFER: readonly Attribute[] = [
  inTexts(
    'price',
    'The text names a price.',
    ['price'],
    either(
      matching(/[$\u00a3\u20ac\u00a5\u20b9]\s?\d|\d\s?(?:[\u20ac\u00a3]|usd\b|eur\b|gbp\b|cents?\b|bucks\b)/),
      matching(/\b\d[\d,.]* (?:dollars|euros|pounds)\b/),
    ),
  ),
  inTexts(
    'discount',
    'The text offers a discount: "20% off", "sale", "save".',
    ['discount', 'price'],
    either(
      matching(
        /\d\s?(?:%|percent) (?:off|less|discount)|\b(?:half|1\/2) (?:off|price)\b|\bbuy one\b|\bbogo\b|[$\u00a3\u20ac]\s?\d[\d,.]* off\b/,
      ),
      oneOf('discount discounts discounted coupon coupons sale clearance promo voucher markdown'),
      matching(/\bsave (?:up to )?(?:[$\u00a3\u20ac]?\d|big\b|now\b|today\b)/),
    ),
  ),
  inTexts(
    'percentage',
    'The text contains a percentage.',
    ['number'],
    matching(/\d\s?(?:%|percent\b|per cent\b)/),
  ),
  inTexts(
    'urgency',
    'The text presses for time: "today", "last chance", "ends".',
    ['urgency'],
    either(
      oneOf('hurry today tonight now immediately deadline'),
      matching(
        /\b(?:last|final) (?:chance|day|days|hours|call)\b|\blimited[- ](?:time|offer|edition|stock|spots)\b|\bends? (?:soon|tomorrow|sunday|monday|friday|saturday|in \d)|\bwhile (?:supplies|stocks?) lasts?\b|\bonly \d+ left\b|\bbefore it's (?:gone|too late)\b|\bdon't (?:miss|wait)\b|\bselling (?:out )?fast\b/,
      ),
    ),
  ),
  inTexts(
    'social_proof',
    'The text says that others like it: customers, ratings, "best-selling".',
    ['social_proof'],
    matching(
      /\b(?:\d[\d,.]*[km]?\+?|thousands|millions|hundreds)(?: of)? (?:\w+ )?(?:customers|users|people|members|reviews|fans|teams|companies|families|women|men|moms|readers|subscribers|downloads|others)\b|\b(?:loved|trusted|recommended|used|chosen|rated|approved) by\b|\b(?:best[- ]?selling|best[- ]?seller|bestseller|top[- ]rated|award[- ]winning|five[- ]star|5[- ]star|viral|testimonials?)\b|\b\d(?:\.\d)?(?:\/5|[- ]stars?)\b|\u2605{3}|\u2b50/,
    ),
  ),
  inTexts(
    'call_to_action',
    'The text asks for an action: "shop now", "sign up", "learn more".',
    ['call_to_action'],
    matching(
      /\b(?:shop|buy|order|book|apply|subscribe|download|call|visit|donate|register|join|start|try)(?: \w+){0,3} (?:now|today|here|free|us|online)\b|\b(?:sign up|learn more|find out more|get (?:started|yours|your|the app|a quote|offer|it now)|click (?:here|below|the|to)|tap (?:here|to|the)|swipe up|link in bio|add to cart|claim your|see more|read more|try it|order yours|grab yours|(?:like|share) (?:this|it|and|if))\b/,
    ),
  ),
  inTexts(
    'free',
    'The text offers something free.',
    ['free', 'price'],
    matching(
      /\bfree\b(?![- ](?:speech|market|world|will|press)\b)(?<!\b(?:sugar|gluten|cruelty|dairy|fat|smoke|drug|toll|set|be|was|break|breaks|oil|bpa|alcohol)[- ]free)/,
    ),
  ),
  inTexts(
    'guarantee',
    'The text gives a guarantee: "money back", "risk-free", "free returns".',
    ['guarantee'],
    matching(
      /\bguarante(?:e|es|ed)\b|\bmoney[- ]back\b|\brisk[- ]free\b|\bno[- ]risk\b|\bfree returns?\b|\bwarranty\b|\bcancel any ?time\b|\bno (?:strings|commitment|obligation|credit card)\b|\bor your money\b/,
    ),
  ),
  inTexts(
    'new',
    'The text says that something is new.',
    ['news'],
    oneOf('new newest brand-new introducing launch launches launching'),
  ),
  inTexts(
    'emoji',
    'The text contains an emoji.',
    ['emoji'],
    written(/\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u),
  ),
  inTexts(
    'web_address',
    'The text contains a web address.',
    ['link'],
    matching(/https?:\/\/|\bwww\.|\b[a-z0-9-]{2,}\.(?:com|org|net|io|co|shop|app|ly|gov|edu|me)\b/),
  ),
  {
    id: 'brand_first',
    statement: "The brand's name begins within the first three words of the headline.",
    kind: 'present',
    category: 'hook_writing',
    tags: ['brand', 'opening'],
    value: ({ headline, brands }) => {
      if (brands.length === 0 || headline.isEmpty) return null;
      const isFirst = (brand: string) =>
        headline.plainWords(FIRST_WORDS - 1 + brand.trim().split(' ').length).includes(brand);
      return Number(brands.some(isFirst));
    },
  },
  {
    id: 'brand_named',
    statement: 'The text names the brand.',
    kind: 'present',
    category: 'best_practice',
    tags: ['brand'],
    value: ({ whole, brands }) => {
      if (brands.length === 0 || whole.isEmpty) return null;
      const words = whole.plainWords();
      return Number(brands.some((brand) => words.includes(brand)));
    },
  },
];
