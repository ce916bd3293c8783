// The way to the rooms, and below it where one is: workspace, freshness of its events, light or dark, sign out.

import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import {
  IconActivity,
  IconChartDots3,
  IconChartFunnel,
  IconFilter,
  IconLayoutDashboard,
  IconLogout,
  IconMoon,
  IconRadar2,
  IconShieldLock,
  IconSun,
  IconUsers,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { relative } from '../format.ts';
import { useNow, usePlace } from '../place.tsx';
import { useLive } from '../queries.ts';
import { signOut } from '../session.ts';
import styles from './Rooms.module.css';

const rooms = [
  { path: '/', name: 'Overview', Icon: IconLayoutDashboard },
  { path: '/live', name: 'Live', Icon: IconActivity },
  { path: '/people', name: 'People', Icon: IconUsers },
  { path: '/features', name: 'Features', Icon: IconChartDots3 },
  { path: '/models', name: 'Models', Icon: IconRadar2 },
  { path: '/segments', name: 'Segments', Icon: IconFilter },
  { path: '/measure', name: 'Measure', Icon: IconChartFunnel },
  { path: '/govern', name: 'Govern', Icon: IconShieldLock },
];

export function Rooms() {
  const [location] = useLocation();
  return (
    <>
      <nav aria-label="Rooms">
        <ul className={styles.list}>
          {rooms.map(({ path, name, Icon }) => (
            <li key={path}>
              <Link href={path} className={styles.room} aria-current={isWithin(location, path) ? 'page' : undefined}>
                <Icon size={18} stroke={1.75} aria-hidden />
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Where />
    </>
  );
}

function isWithin(location: string, path: string): boolean {
  return path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);
}

function Where() {
  const workspace = usePlace();
  const queries = useQueryClient();
  const leave = () => {
    queries.clear();
    signOut();
  };
  return (
    <div className={styles.where}>
      <div className={styles.place}>
        <span className={`${styles.workspace} clip`}>{workspace.name}</span>
        <Freshness />
      </div>
      <SchemeSwitch />
      <Tooltip label="Sign out">
        <ActionIcon variant="subtle" color="gray" onClick={leave} aria-label="Sign out">
          <IconLogout size={17} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function Freshness() {
  const live = useLive(1, 15_000);
  const now = useNow(5);
  const last = live.data?.freshness.lastEventAt;
  const text = live.isError
    ? 'Events cannot be read'
    : live.data && !last
      ? 'No events yet'
      : last
        ? `Last event ${relative(last, Math.max(now, Date.parse(last)), 'short')}`
        : '';
  return <span className="faint tiny clip">{text}</span>;
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Switch to ${other}`}>
      <ActionIcon variant="subtle" color="gray" onClick={() => setColorScheme(other)} aria-label={`Switch to ${other}`}>
        {scheme === 'dark' ? <IconSun size={17} stroke={1.75} /> : <IconMoon size={17} stroke={1.75} />}
      </ActionIcon>
    </Tooltip>
  );
}
