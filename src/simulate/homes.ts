// Where shoppers live and when they were born, and what of it they write into a form: now and then with a slip of the
// pen, a field left out or two swapped, as in registers (Christen 2005). All of it is drawn from a stream of each
// shopper's own, so that no visit and no purchase depends on it.
import { createRandom, type Random } from '../math/index.ts';
import type { Home, Shopper } from './population.ts';
import type { ShopSettings } from './settings.ts';
import { mistype } from './slips.ts';
import { mix } from './wire.ts';

/** What a form says; a field that was left out is absent. */
export type Form = {
  firstName?: string;
  lastName?: string;
  birthday?: string;
  address: { -readonly [K in keyof Home]?: string };
};

/** Of the shoppers so many live with the one before: the same family name and home. */
const HOUSEHOLD_SHARE = 0.08;
const streets =
  'Acacia,Bakers,Castle,Dock,Elm,Forest,Garden,Harbour,Island,Juniper,King,Lake,Market,North,Orchard,Park,Quarry,River,Station,Tower,Upper,Vine,Water,York,Bridge,Cedar,Dale,Eagle,Ferry,Grove,Hill,Ivy,Lime,Mill,Nursery,Oak,Priory,Rose,School,Temple,Union,Valley,Willow,Windmill,Abbey,Beech,Chapel,Duke,Fountain,Green'.split(
    ',',
  );
const kinds: Record<string, (name: string, number: number) => string> = {
  DE: (name, number) => `${name}strasse ${number}`,
  NL: (name, number) => `${name}laan ${number}`,
  FR: (name, number) => `${number} rue ${name}`,
  ES: (name, number) => `Calle ${name} ${number}`,
};
const english = ['Street', 'Road', 'Lane', 'Avenue'];

/** Gives a shopper a day of birth and homes; `neighbour` may be whom they live with. */
export function settleIn(shopper: Shopper, neighbour: Shopper | undefined, settings: ShopSettings): void {
  const random = createRandom(mix(shopper.key, 11, 1));
  const { person } = shopper;
  person.birthday = birthdayOf(settings.end.getUTCFullYear() - person.age, random);
  const sharesHome = random.uniform() < HOUSEHOLD_SHARE && neighbour !== undefined;
  const own = [drawHome(shopper, random), drawHome(shopper, random)] as const;
  person.homes = sharesHome ? neighbour.person.homes : own;
  person.movesOn = random.uniform() < settings.movedShare ? random.int(settings.days) : Number.POSITIVE_INFINITY;
  if (!sharesHome) return;
  person.lastName = neighbour.person.lastName;
  person.movesOn = neighbour.person.movesOn;
}

export function homeOf({ person }: Shopper, day: number): Home {
  return person.homes[day >= person.movesOn ? 1 : 0];
}

/** What a shopper writes into a form; the same for the same `form`, whenever it is sent. */
export function fillIn(shopper: Shopper, form: number, day: number, settings: ShopSettings): Form {
  const { firstName, lastName, birthday } = shopper.person;
  const filled: Form = { firstName, lastName, birthday, address: { ...homeOf(shopper, day) } };
  const random = createRandom(mix(shopper.key, form, 13));
  if (random.uniform() < 0.08) delete filled.birthday;
  if (random.uniform() < 0.04) delete filled.address.postalCode;
  if (random.uniform() >= settings.slipShare) return filled;
  for (let slips = 1 + random.int(2); slips > 0; slips--) slip(filled, random);
  return filled;
}

function slip(form: Form, random: Random): void {
  const { address } = form;
  switch (random.choice(Float64Array.of(25, 25, 20, 10, 8, 8, 4))) {
    case 0:
      form.firstName = random.uniform() < 0.2 ? form.firstName?.[0] : typed(form.firstName, random);
      break;
    case 1:
      form.lastName = typed(form.lastName, random);
      break;
    case 2:
      address.street = typed(address.street, random);
      break;
    case 3:
      address.postalCode = typed(address.postalCode, random);
      break;
    case 4:
      address.city = typed(address.city, random);
      break;
    case 5:
      form.birthday = misread(form.birthday, random);
      break;
    default:
      [form.firstName, form.lastName] = [form.lastName, form.firstName];
  }
}

function typed(text: string | undefined, random: Random): string | undefined {
  return text === undefined || text.length < 2 ? text : mistype(text, random);
}

/** Day and month swapped, or one digit of the year another. */
function misread(day: string | undefined, random: Random): string | undefined {
  if (day === undefined) return undefined;
  const [year, month, date] = day.split('-');
  if (random.uniform() < 0.5 && Number(date) <= 12) return `${year}-${date}-${month}`;
  return `${year.slice(0, 3)}${random.int(10)}-${month}-${date}`;
}

function birthdayOf(year: number, random: Random): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${year}-${two(1 + random.int(12))}-${two(1 + random.int(28))}`;
}

function drawHome({ person }: Shopper, random: Random): Home {
  const { country, city } = person.place.location;
  const name = streets[random.int(streets.length)];
  const number = 1 + Math.floor(random.exponential(1 / 40));
  const write = kinds[country] ?? (() => `${number} ${name} ${english[random.int(english.length)]}`);
  // Forty postcodes a city, which begin alike.
  const district = 10 + (mix(city.length, city.charCodeAt(0), city.charCodeAt(1)) % 90);
  return {
    street: write(name, number),
    postalCode: `${district}${String(100 + random.int(40)).padStart(3, '0')}`,
    city,
    country,
  };
}
