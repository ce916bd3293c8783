// The frame around every page: skip link, the rooms on the left (a drawer on small screens), the workspace, how
// fresh its events are, the light switch and the way out.

import { ActionIcon, Drawer, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMenu2 } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { useLocation } from 'wouter';
import { Brand } from './Brand.tsx';
import { FirstEventNote } from './FirstEventNote.tsx';
import { Rooms } from './Rooms.tsx';
import styles from './Shell.module.css';

export function Shell({ children }: { children: ReactNode }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [location] = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes and the page starts at its top whenever the address changes
  useEffect(() => {
    close();
    window.scrollTo(0, 0);
  }, [location]);
  return (
    <div className={styles.shell}>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <aside className={styles.side}>
        <div className={styles.brand}>
          <Brand />
        </div>
        <Rooms />
      </aside>
      <div className={styles.bar}>
        <Tooltip label="Menu">
          <ActionIcon variant="subtle" color="gray" size="lg" onClick={open} aria-label="Open the menu">
            <IconMenu2 size={20} />
          </ActionIcon>
        </Tooltip>
        <Brand />
      </div>
      <Drawer
        opened={opened}
        onClose={close}
        size={264}
        title={<Brand />}
        closeButtonProps={{ 'aria-label': 'Close the menu' }}
        classNames={{ body: styles.drawer }}
      >
        <Rooms />
      </Drawer>
      <main id="main" tabIndex={-1} className={styles.main}>
        <FirstEventNote />
        {children}
      </main>
    </div>
  );
}
