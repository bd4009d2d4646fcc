/**
 * Attributes are read from English. This file recognises text that is clearly in another language: by its script, or by
 * its function words. Short and unclear texts count as English.
 */

const SCRIPTS: readonly (readonly [name: string, letter: RegExp])[] = [
  ['Arabic', /\p{Script=Arabic}/gu],
  ['Hebrew', /\p{Script=Hebrew}/gu],
  ['Cyrillic', /\p{Script=Cyrillic}/gu],
  ['Greek', /\p{Script=Greek}/gu],
  ['Japanese', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['Korean', /\p{Script=Hangul}/gu],
  ['Chinese', /\p{Script=Han}/gu],
  ['Devanagari', /\p{Script=Devanagari}/gu],
  ['Thai', /\p{Script=Thai}/gu],
];

/** Frequent function words that are no English words. A word may stand in several lists. */
const FUNCTION_WORDS: Readonly<Record<string, string>> = {
  Spanish:
    'el la los las del una unos que qué por para con como cómo más pero muy su sus tu tus esto esta este estos estas es son está están y en de al lo se le les nos mi mis ya hay cuando porque sin sobre desde hasta todo toda todos también nuestro nuestra quién dónde hoy',
  French:
    "le la les des du une et est sont que qui quoi pour avec dans sur vous nous votre vos notre nos ce cette ces mais pas plus très ou où au aux en de je tu il elle ils elles se sa ses mon ma mes ton ta tes leur leurs être avoir fait comme quand sans chez tout tous toute cela ça c' d' j' l' n' qu' s'",
  German:
    'der das den dem ein eine einen einem einer eines und ist sind nicht mit für von zu zum zur auf im ich du er sie es wir ihr mein dein sein ihre unser euch dich mich sich wie wenn weil aber oder auch nur noch schon mehr sehr jetzt hier bei nach aus über dass kein keine wird werden haben hat',
  Portuguese:
    'o os as do da dos das um uma uns umas que por para com como mais mas muito seu sua seus suas isso isto este esta é são está estão e em de ao à no na nos nas se lhe não você vocês já há quando porque sem sobre até tudo todos também nosso nossa quem hoje',
  Italian:
    "il lo la gli le un una uno di del della dei delle che chi per con come più ma molto suo sua tuo tua questo questa è sono e in al alla nel nella si ci non mi ti già quando perché senza tutto tutti anche nostro nostra oggi cosa ogni da dal l' un' dell' all' c'",
  Dutch:
    'de het een en van ik je jij hij zij wij jullie ze met voor niet dat die dit deze er aan op bij naar uit om als maar ook nog wel geen meer zijn heeft hebben wordt worden kan kunnen mijn jouw onze ons hun nu hier daar wat wie waar hoe',
  Swedish:
    'och att det som en ett är inte på för med av till den de jag du han hon vi ni sig sin sitt från om men också så här när hur vad alla mer din ditt dina vår vårt kan ska har',
  Danish:
    'og at det som en et er ikke på for med af til den de jeg du han hun vi sig sin fra om men også så her når hvordan hvad alle mere din dit vores kan skal har',
  Polish:
    'i w na z się nie to jest że do jak ale co ten ta po od dla przez już czy tylko jego jej ich ty my wy może są był była oraz gdy kiedy dlaczego twój swój bardzo',
  Turkish:
    've bir bu da de ile için ne çok daha gibi en ama var yok ben sen o biz siz onlar her mi mı değil kadar olan sonra nasıl neden şimdi',
  Romanian:
    'și si în in la cu pe de din nu este sunt un o care ce mai pentru ca să se al ale ai acest această când cum dar sau foarte',
  Indonesian:
    'yang dan di ini itu untuk dengan tidak dari ke pada anda kamu kami kita saya dia mereka ada adalah bisa akan sudah lebih juga atau karena apa bagaimana',
};

const ENGLISH = new Set(
  `the a an and or but of to in on at for from with by as is are was were be been being am do does did have has had he she it
  they we you i me him her us them his its their our your my this that these those who what when why how which
  not no if then so than too very can will would could should may might must just about into over after before up
  out off down all some any more most other one only own same here there now get got make made see let don't isn't`.split(
    /\s+/,
  ),
);

/** The languages in which a word is a function word, by their place in {@link FUNCTION_WORDS}. */
const LANGUAGES = Object.keys(FUNCTION_WORDS);
const LANGUAGES_OF = new Map<string, number[]>();
for (const [language, words] of Object.values(FUNCTION_WORDS).entries()) {
  for (const word of new Set(words.split(' '))) {
    if (!ENGLISH.has(word)) LANGUAGES_OF.set(word, [...(LANGUAGES_OF.get(word) ?? []), language]);
  }
}

/** Fewer function words of another language may be a quotation, a name or a loan: "la", "de", "le". */
const LEAST_FOREIGN = 2;
/** They must outnumber the English ones this many times. */
const CLEARLY = 2;
/** Fewer letters than this say nothing. */
const LEAST_LETTERS = 2;
/** As much of a text as is read: the language of the rest is the same. */
const READ = 4000;

/** The name of the language or script that a text is recognisably in, if it isn't English; null otherwise. */
export function foreignLanguage(text: string): string | null {
  const read = text.slice(0, READ).normalize('NFC').toLowerCase();
  return foreignScript(read) ?? foreignWords(read);
}

function foreignScript(text: string): string | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (letters - latin < LEAST_LETTERS || 2 * latin >= letters) return null;
  let [found, most] = ['not Latin', 0];
  for (const [name, letter] of SCRIPTS) {
    const count = text.match(letter)?.length ?? 0;
    // Japanese is mostly Han; its own letters, even if few, tell it from Chinese.
    const weight = name === 'Japanese' ? 3 * count : count;
    if (weight > most) [found, most] = [name, weight];
  }
  return found;
}

function foreignWords(text: string): string | null {
  let english = 0;
  const counts = new Array<number>(LANGUAGES.length).fill(0);
  for (const [word] of text.replace(/\u2019/g, "'").matchAll(/\p{L}+(?:'\p{L}+)?/gu)) {
    if (ENGLISH.has(word)) english += 1;
    // "l'été": what stands before the apostrophe is a word of its own.
    const own = LANGUAGES_OF.get(word) ?? LANGUAGES_OF.get(word.slice(0, word.indexOf("'") + 1));
    for (const language of own ?? []) counts[language]! += 1;
  }
  const most = Math.max(...counts);
  return most >= LEAST_FOREIGN && most > CLEARLY * english ? LANGUAGES[counts.indexOf(most)]! : null;
}
