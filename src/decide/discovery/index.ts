// Groups that nobody defined: found in how people shop, named, and turned into rules that anybody can edit.

export { behaviours } from './behaviours.ts';
export {
  type Discovery,
  discover,
  listDiscoveries,
  readDiscovery,
  runDiscovery,
  startDiscovery,
} from './discover.ts';
export { assignGroups, findGroups, type Groups } from './groups.ts';
export { shopperTypes } from './naming.ts';
