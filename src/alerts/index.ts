// What should somebody know of? States of things that are looked for again and again, and where they are told.

export type { Alert, Finding } from './alert.ts';
export type { Destination } from './destinations/destination.ts';
export { destinations } from './destinations/index.ts';
export { alerts } from './registry.ts';
export { type AlertChange, type AlertSettings, alertSettingsOf, changeAlertSettings } from './settings.ts';
export { countOpenAlerts, listAlerts, type OpenAlert, type WatchOptions, watchOver } from './watch.ts';
