import type { Examples } from './example.js';

const notes = (visualNotes: string) => ({ visualNotes });

export const PICTURE: Examples = {
  picture_people: {
    has: [notes('A woman holds a cup'), notes('No text. Two people laugh.')],
    lacks: [notes('A cup on a table'), notes('A table, no people'), notes('The room is without any people')],
  },
  picture_face_close: {
    has: [notes('Close-up of a smiling woman'), notes('A selfie in a car')],
    lacks: [notes('A woman far away'), notes('Close-up of a cup')],
  },
  picture_text: {
    has: [notes('Text overlay: "Sale"'), notes('Captions run along')],
    lacks: [notes('A cup'), notes('No text on it')],
  },
  picture_product: {
    has: [notes('The product on a shelf'), notes('An unboxing')],
    lacks: [notes('A beach at dawn')],
  },
  picture_before_after: {
    has: [notes('Before and after of a kitchen'), notes('Split screen, side by side')],
    lacks: [notes('A kitchen before dinner')],
  },
  picture_video: {
    has: [notes('A 15 s clip of a dog'), notes('Animated logo')],
    lacks: [notes('A still photo'), notes('Not a video')],
  },
  picture_bright: {
    has: [notes('Vivid colours on white'), notes('A yellow wall')],
    lacks: [notes('A dark room')],
  },
  picture_outdoors: { has: [notes('Two dogs on a beach')], lacks: [notes('Two dogs on a sofa')] },
};
