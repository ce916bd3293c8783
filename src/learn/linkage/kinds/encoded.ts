// What people tell of themselves, kept under a key: names, where they live, when they were born. Columns are never taken
// for one of these by themselves; a plan names them.
import { type KeyOf, type Kind, type Shared, whole } from '../kind.ts';
import { encodedPart, isEncoded } from '../normalise/encoded.ts';

const alias: KeyOf = { name: 'other form', of: (value) => encodedPart(value, 'alias') };
const near: KeyOf = { name: 'near', of: (value) => encodedPart(value, 'near') };
const more: KeyOf = { name: 'part', of: (value) => encodedPart(value, 'more') };

function kindOf(
  name: string,
  sentence: string,
  keys: readonly KeyOf[],
  rest: { swapsWithin?: string; shared?: Shared },
): Kind {
  return {
    ...{ name, sentence, fits: () => 0 },
    facets: [{ suffix: '', comparison: 'encoded', normalise: (text) => (isEncoded(text) ? text : ''), keys }],
    ...rest,
  };
}

const swapsWithin = 'encoded name';

export const encodedKinds: readonly Kind[] = [
  kindOf('encoded_given_name', 'Given names under a key.', [whole, alias, near, more], { swapsWithin }),
  kindOf('encoded_surname', 'Family names under a key.', [whole, near, more], { swapsWithin, shared: 'home' }),
  kindOf('encoded_street', 'Streets with their numbers under a key.', [whole, alias, near], { shared: 'home' }),
  kindOf('encoded_city', 'Towns under a key.', [whole, near], { shared: 'area' }),
  kindOf('encoded_postcode', 'Postcodes under a key.', [whole], { shared: 'area' }),
  kindOf('encoded_birth_date', 'Days of birth under a key.', [whole, alias, near, more], {}),
  kindOf('encoded_phone', 'Telephone numbers under a key.', [whole, near], {}),
  kindOf('encoded_email_name', 'What stands before the @, under a key.', [whole], {}),
];
