// Says what is in no sum: purchases that were sent in another currency than the workspace's.

import { IconCoins } from '@tabler/icons-react';
import type { Overview } from '../api.ts';
import { money, plural } from '../format.ts';
import styles from './StaleNote.module.css';

export type OtherCurrenciesProps = { currency: string | null; others: Overview['otherCurrencies'] };

export function OtherCurrencies({ currency, others }: OtherCurrenciesProps) {
  if (others.length === 0) return null;
  const listed = others.map(
    (other) => `${plural(other.purchases, 'purchase', 'purchases')} for ${money(other.revenue, other.currency)}`,
  );
  return (
    <p className={styles.note} role="status">
      <IconCoins size={17} aria-hidden className={styles.icon} />
      <span>
        Money is what was sent in {currency}. In no sum, as they were sent in other currencies: {listed.join(', ')}.
      </span>
    </p>
  );
}
