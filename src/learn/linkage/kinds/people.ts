// Names of people.
import type { KeyOf, Kind, Sight } from '../kind.ts';
import { shareOf, whole } from '../kind.ts';
import { nicknameOf } from '../normalise/nicknames.ts';
import { soundOf } from '../normalise/sound.ts';
import { plainText } from '../normalise/text.ts';

const sound: KeyOf = { name: 'sound', of: (value) => soundOf(nicknameOf(value)) };
const start: KeyOf = { name: 'start', of: (value) => value.slice(0, 3) };

const titles = /^(?:mr|mrs|ms|miss|dr|prof|herr|frau|sir|madame|mme|sr|sra)\s+/;
const nameOf = (text: string) => plainText(text).replace(titles, '').replaceAll(' ', '');
const isName = (value: string) => value.length <= 40 && !/\d/.test(value) && value.split(/\s+/).length <= 3;
const isWord = ({ values }: Sight) => shareOf(values, isName) > 0.9;

const facets: Kind['facets'] = [
  { suffix: '', comparison: 'person_name', normalise: nameOf, keys: [whole, sound, start] },
];

export const givenName: Kind = {
  name: 'given_name',
  sentence: 'Given names of people.',
  fits: (sight) =>
    /\b(given|first|fore|christian|middle)\s?(name|nm)?s?\b|^f\s?name$/.test(sight.header) && isWord(sight) ? 1 : 0,
  facets,
  swapsWithin: 'name',
};

export const surname: Kind = {
  name: 'surname',
  sentence: 'Family names of people.',
  fits: (sight) =>
    /\b(sur|last|family|maiden|second)\s?(name|nm)s?\b|^surname$|^l\s?name$/.test(sight.header) && isWord(sight)
      ? 1
      : 0,
  facets,
  swapsWithin: 'name',
  shared: 'home',
};

export const fullName: Kind = {
  name: 'full_name',
  sentence: 'Names of people, given and family name in one, or several people.',
  fits: (sight) =>
    /\b(full|person|customer|contact|client|patient)?\s?name\b|\bauthors?\b|\bpeople\b|\bartists?\b|\bdirectors?\b/.test(
      sight.header,
    ) &&
    shareOf(
      sight.values,
      (value) => !/\d/.test(value.replace(/&\s*#\s*\d+\s*;/g, '')) && value.split(/\s+/).length >= 2,
    ) > 0.7
      ? 0.9
      : 0,
  facets: [
    {
      suffix: '',
      comparison: 'tokens',
      // Initials come and go; what is left are the names themselves.
      normalise: (text) =>
        plainText(text)
          .split(' ')
          .filter((word) => word.length > 1)
          .map((word) => nicknameOf(word))
          .join(' '),
      keys: [{ name: 'last word', of: (value) => value.slice(value.lastIndexOf(' ') + 1) }],
    },
  ],
};
