// A command or snippet to copy: monospace, one button, and a word when it is copied.

import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import styles from './Command.module.css';

export function Command({ text, label = 'Copy' }: { text: string; label?: string }) {
  return (
    <div className={styles.command}>
      <pre className={styles.text}>
        {text.split(/(\s+)/).map((token, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a fixed text
          <span key={index} className={token.trim() && styles.token}>
            {token}
          </span>
        ))}
      </pre>
      <CopyButton value={text} timeout={1500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : label}>
            <ActionIcon
              variant="subtle"
              color="gray"
              className={styles.button}
              onClick={copy}
              aria-label={copied ? 'Copied' : label}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
}
