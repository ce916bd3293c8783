// Every route file: one per room, one line each.

import type { Routes } from '../app.ts';
import { addFeaturesRoutes } from './features.ts';
import { addOverviewRoutes } from './overview.ts';
import { addPeopleRoutes } from './people.ts';
import { addWorkspaceRoutes } from './workspace.ts';

export const routes: readonly Routes[] = [addWorkspaceRoutes, addOverviewRoutes, addPeopleRoutes, addFeaturesRoutes];
