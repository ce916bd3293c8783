// The settings of a connector: described from their schema, and completed from what was given. All mistakes are told
// at once, each with the setting and the value.

import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { InklingError } from '../../errors.ts';
import { shorten } from '../validate.ts';

/** Whatever has a name and settings. */
type Settable = { readonly name: string; readonly settings: TSchema };

export type SettingDescription = {
  name: string;
  description: string;
  default: unknown;
  /** The values there are, where they are few. */
  choices: readonly string[];
  /** Told to nobody once it is set. */
  secret: boolean;
};

/** What can be set of a connector, in the order of its schema. */
export function describeSettings(connector: Settable): SettingDescription[] {
  return Object.entries(propertiesOf(connector)).map(([name, schema]) => ({
    name,
    description: schema.description ?? '',
    default: schema.default,
    choices: choicesOf(schema),
    secret: schema.secret === true,
  }));
}

/**
 * Settings with defaults; text, as from a command line, becomes the number or (cut at commas) the list that the schema
 * asks for. Throws `invalid_input` that names every mistake.
 */
export function completeSettings(connector: Settable, given: Readonly<Record<string, unknown>>): unknown {
  const properties = propertiesOf(connector);
  const read = Object.entries(given).map(([name, value]) => [name, asGiven(properties[name], value)]);
  const settings = Value.Default(connector.settings, Value.Convert(connector.settings, Object.fromEntries(read)));
  if (Value.Check(connector.settings, settings)) return settings;
  const mistakes = mistakesIn(connector, settings as Record<string, unknown>);
  throw new InklingError('invalid_input', `The settings of ${connector.name} cannot be used: ${mistakes.join('; ')}.`, {
    field: 'settings',
    hint: `Its settings are ${Object.keys(properties).join(', ')}.`,
  });
}

type Described = TSchema & {
  type?: string;
  default?: unknown;
  description?: string;
  secret?: boolean;
  anyOf?: { const?: unknown }[];
};

function propertiesOf({ settings }: Settable): Record<string, Described> {
  return (settings as { properties?: Record<string, Described> }).properties ?? {};
}

function choicesOf({ anyOf = [] }: Described): string[] {
  return anyOf.map((choice) => String(choice.const));
}

function asGiven(schema: Described | undefined, value: unknown): unknown {
  if (schema?.type === 'array' && typeof value === 'string') return value.split(',').map((part) => part.trim());
  return structuredClone(value);
}

function mistakesIn(connector: Settable, settings: Record<string, unknown>): string[] {
  const properties = propertiesOf(connector);
  return Object.entries(settings).flatMap(([name, value]) => {
    const schema = properties[name];
    if (schema === undefined) return [`there is no setting "${name}"`];
    if (Value.Check(schema, value)) return [];
    const choices = choicesOf(schema);
    const [first] = Value.Errors(schema, value);
    const shown = schema.secret ? '' : ` (${shorten(value)})`;
    return [`${name}${shown} ${choices.length > 0 ? `is not one of ${choices.join(', ')}` : first.message}`];
  });
}
