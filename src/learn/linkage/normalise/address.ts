// Streets and places as one spells them out: abbreviations of the kinds of streets and of directions in English, German,
// French, Spanish and Dutch. `st` is a street at the end and a saint before.
import { plainText } from './text.ts';

const long: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'rd road,ave avenue,av avenue,blvd boulevard,bd boulevard,cres crescent,cr crescent,cct circuit,cir circle,ct court,crt court,' +
    'dr drive,dve drive,hwy highway,ln lane,pde parade,pl place,plc place,sq square,tce terrace,ter terrace,wy way,pkwy parkway,' +
    'cl close,gdns gardens,gr grove,apt apartment,bldg building,fl floor,ste suite,mt mount,ft fort,n north,s south,e east,w west,' +
    'ne northeast,nw northwest,se southeast,sw southwest,str strasse,pltz platz,wg weg,c calle,avda avenida,pza plaza,pg passage,' +
    'rte route,imp impasse,stwg steenweg,ln laan'
  )
    .split(',')
    .map((pair) => pair.split(' ')),
);

/** A street or place in one spelling. */
export function plainAddress(text: string): string {
  const plain = plainText(text);
  if (plain === '') return '';
  const words = plain.split(' ');
  return words
    .map((word, w) => {
      if (word === 'st') return w === words.length - 1 && w > 0 ? 'street' : 'saint';
      if (word.endsWith('str') && word.length > 5) return `${word}asse`;
      return Object.hasOwn(long, word) ? long[word] : word;
    })
    .join(' ');
}
