// The log of the service: always there.

import type { Destination } from './destination.ts';

export const log: Destination = {
  name: 'log',
  sentence: 'A line in the log of the service.',
  isWanted: () => true,
  tell: async ({ event, workspace, alert, message }, _settings, write) => {
    write(`${event === 'alert.raised' ? 'Alert' : 'Alert is over'}: ${alert} in workspace "${workspace}": ${message}`);
  },
};
