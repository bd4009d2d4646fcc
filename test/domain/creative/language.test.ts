import { describe, expect, it } from 'vitest';
import { foreignLanguage } from '../../../src/domain/creative/language.js';

describe('a text in another language', () => {
  it.each([
    ['Spanish', 'Lo que nadie te cuenta de los zapatos para correr'],
    ['French', "C'est l'été : découvrez notre nouvelle collection pour vous"],
    ['German', 'Das ist der Schuh, den du nicht mehr ausziehst'],
    ['Portuguese', 'Você não vai acreditar no que ela fez com os sapatos'],
    ['Italian', 'La scarpa che non vorrai più togliere, con il tuo stile'],
    ['Dutch', 'Dit is de schoen die je niet meer uit wilt doen'],
    ['Swedish', 'Det här är skon som du inte vill ta av dig'],
    ['Danish', 'Det her er skoen, som du ikke vil tage af dig'],
    ['Polish', 'To jest but, który nie zejdzie z twojej nogi, ale jest lekki'],
    ['Turkish', 'Bu ayakkabı senin için çok rahat ve hafif'],
    ['Romanian', 'Acesta este pantoful pe care nu vrei să îl scoți din picior și din gând'],
    ['Indonesian', 'Ini adalah sepatu yang tidak ingin anda lepas'],
    ['Arabic', 'هذا هو الحذاء الذي تريده'],
    ['Hebrew', 'זו הנעל שתמיד רצית'],
    ['Cyrillic', 'Эти туфли вам понравятся'],
    ['Greek', 'Το παπούτσι που θέλεις'],
    ['Japanese', '履きやすい靴です'],
    ['Chinese', '最舒服的鞋子'],
    ['Korean', '가장 편안한 신발'],
    ['Devanagari', 'यह जूता आपके लिए है'],
    ['Thai', 'รองเท้าที่คุณต้องการ'],
    ['not Latin', 'Այս կոշիկը ձեզ դուր կգա'],
  ])('is recognised: %s', (language, text) => {
    expect(foreignLanguage(text)).toBe(language);
  });
});

describe('a text that counts as English', () => {
  it.each([
    ['nothing', ''],
    ['emoji alone', '\u{1f600}\u{1f389}\u{1f45f}'],
    ['a word', 'Zapatos'],
    ['a title in another language', 'Why "La vie en rose" is the song of our summer'],
    ['names', 'Vincent van der Berg and María de la Cruz met in Los Angeles'],
    ['a few letters of another script', 'What the letter π and the word мир have to do with it'],
    ['words alone', 'Dogs chase cats'],
    ['a date', '12/24/2024'],
    ['10,000 characters', 'This is the dog that I saw. '.repeat(400)],
  ])('%s', (_, text) => {
    expect(foreignLanguage(text)).toBeNull();
  });
});
