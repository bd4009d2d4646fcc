/** The thread's side of learning. */
import type { MessagePort } from 'node:worker_threads';
import type { Layers } from '../../domain/preference/layers.js';
import { learnPreference, predict } from '../../domain/preference/model.js';
import type { PartEncoder } from '../../domain/preference/recipe.js';
import type { LearnAnswer, LearnTask } from './messages.js';

export function learn(port: MessagePort, task: LearnTask): void {
  const say = (answer: LearnAnswer) => port.postMessage(answer);
  try {
    const layers = layersOf(task);
    const learned = learnPreference(task.rows, task.recipe, layers, {
      foreign: task.foreign,
      groundwork: task.groundwork,
      progress: (progress) => say({ progress }),
    });
    const texts = task.rows.map(({ text }) => text);
    say({ learned, fitted: predict(learned.model, texts, layers) });
  } catch (error) {
    say({ failure: error instanceof Error ? error.message : String(error) });
  }
}

function layersOf({ layers }: LearnTask): (encoder: PartEncoder, text: string) => Layers {
  return (encoder, text) => {
    const known = layers[encoder];
    const row = known?.texts.get(text);
    if (known === undefined || row === undefined) throw new Error(`a text was not encoded by ${encoder}`);
    let at = 0;
    return known.widths.map((width) => {
      at += width;
      return row.subarray(at - width, at);
    });
  };
}
