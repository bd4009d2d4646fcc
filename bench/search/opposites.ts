/**
 * 20 statements about ads, each with its opposite. Written for this bench. A knowledge base must not take one for the other,
 * however near their vectors are.
 */
export const OPPOSITES: readonly (readonly [statement: string, opposite: string])[] = [
  ['A dog on the picture makes people click', 'A dog on the picture keeps people from clicking'],
  ['Questions in the headline help', 'Questions in the headline hurt'],
  ['Short headlines win', 'Long headlines win'],
  ['Naming the price raises the click rate', 'Naming the price lowers the click rate'],
  ['Emoji work for young people', 'Emoji do not work for young people'],
  ['Show the product in use', 'Never show the product in use'],
  ['A countdown brings more sales', 'A countdown brings fewer sales'],
  ['Humour sells', 'Humour does not sell'],
  ['Begin with the brand', 'End with the brand'],
  ['Faces attract attention', 'Faces distract from the product'],
  ['Bright colours beat dark ones', 'Dark colours beat bright ones'],
  ['Ads with a testimonial do better', 'Ads with a testimonial do worse'],
  ['Free delivery should be in the headline', 'Free delivery should not be in the headline'],
  ['Videos beat pictures', 'Pictures beat videos'],
  ['Formal language builds trust', 'Casual language builds trust'],
  ['Numbers make a headline stronger', 'Numbers make a headline weaker'],
  ['Tell people what they gain', 'Tell people what they lose'],
  ['Discounts attract the right buyers', 'Discounts attract the wrong buyers'],
  ['Capital letters look cheap', 'Capital letters look valuable'],
  ['A clear call to action is necessary', 'A clear call to action is unnecessary'],
];
