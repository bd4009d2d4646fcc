/** The texts of an ad's creative, as attributes are read from them. */
import type { Creative } from '../experiment.js';
import type { CreativeTexts } from './texts.js';

export function textsOf({ hook, headline, text, script, visualNotes }: Creative): CreativeTexts {
  const first = headline ?? hook ?? '';
  const rest = [headline === null ? null : hook, text, script];
  return {
    headline: first,
    body: rest.filter((part) => part !== null).join('\n'),
    visualNotes,
  };
}
