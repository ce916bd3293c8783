// A signed POST to an address of the workspace.

import { postSigned } from '../../activate/index.ts';
import type { Destination } from './destination.ts';

export const webhook: Destination = {
  name: 'webhook',
  sentence: 'A signed POST to an address of the workspace.',
  isWanted: ({ webhook }) => webhook !== null,
  tell: async (news, { webhook }) => postSigned(webhook!, JSON.stringify(news), { at: news.at }),
};
