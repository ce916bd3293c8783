// Readers of option values, each with an error that names the value and the remedy.

import { InvalidArgumentError } from 'commander';

export function days(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 180) {
    throw new InvalidArgumentError(`"${text}" is not a whole number of days from 1 to 180.`);
  }
  return value;
}

export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`"${text}" is not a whole number above 0.`);
  return value;
}

export function moment(text: string): Date {
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) throw new InvalidArgumentError(`"${text}" is not a date: write 2026-01-31.`);
  return value;
}

export function moments(text: string): Date[] {
  return text.split(',').map(moment);
}

export function seed(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError(`"${text}" is not a whole number.`);
  }
  return value;
}

/** A share strictly between 0 and 1. */
export function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError(`"${text}" is not a share between 0 and 1.`);
  return value;
}

/** A score from 0 to 100. */
export function scoreValue(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 100) {
    throw new InvalidArgumentError(`"${text}" is not a whole score from 0 to 100.`);
  }
  return value;
}
