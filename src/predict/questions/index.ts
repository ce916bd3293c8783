// The questions that Inkling answers. A new one is a file here and a line below.

import { InklingError } from '../../errors.ts';
import type { Question } from '../question.ts';
import { purchaseIntent } from './purchaseIntent.ts';

export const questions: readonly Question[] = [purchaseIntent as Question];

export function findQuestion(name: string): Question {
  const question = questions.find((known) => known.name === name);
  if (question === undefined) {
    throw new InklingError('not_found', `There is no question "${name}".`, {
      field: 'question',
      value: name,
      hint: `Known questions: ${questions.map((known) => known.name).join(', ')}.`,
    });
  }
  return question;
}
