// The kinds of columns: one line each. Where two are equally sure of a column, the earlier one takes it.
import type { Kind } from '../kind.ts';
import { encodedKinds } from './encoded.ts';
import { date, device, email, identifier, phone, price, year } from './marks.ts';
import { fullName, givenName, surname } from './people.ts';
import { category, city, houseNumber, postcode, state, street } from './places.ts';
import { brand, description, title } from './texts.ts';

export const kinds: readonly Kind[] = [
  givenName,
  surname,
  fullName,
  houseNumber,
  street,
  city,
  postcode,
  state,
  date,
  phone,
  email,
  device,
  price,
  year,
  identifier,
  brand,
  description,
  title,
  category,
  ...encodedKinds,
];
