// Every route file: one per room, one line each.

import type { Routes } from '../context.ts';
import { addAccuracyRoutes } from './accuracy.ts';
import { addActivationRoutes } from './activations.ts';
import { addAlertRoutes } from './alerts.ts';
import { addChallengeRoutes } from './challenges.ts';
import { addClientSettingsRoutes } from './clientSettings.ts';
import { addCollectRoutes } from './collect.ts';
import { addConsentRoutes } from './consent.ts';
import { addDecideRoutes } from './decide.ts';
import { addDiscoveryRoutes } from './discovery.ts';
import { addDoorRoutes } from './door.ts';
import { addDriftRoutes } from './drift.ts';
import { addFallbackRoutes } from './fallback.ts';
import { addFeaturesRoutes } from './features.ts';
import { addFunnelRoutes } from './funnels.ts';
import { addHealthRoutes } from './health.ts';
import { addIdentityRoutes } from './identity.ts';
import { addIntentRoutes } from './intent.ts';
import { addIntentSyncRoutes } from './intentSyncs.ts';
import { addLiveRoutes } from './live.ts';
import { addLiveSessionRoutes } from './liveSessions.ts';
import { addMatchingRoutes } from './matching.ts';
import { addMetricsRoutes } from './metrics.ts';
import { addMovementRoutes } from './movement.ts';
import { addOverviewRoutes } from './overview.ts';
import { addPeopleRoutes } from './people.ts';
import { addPixelRoutes } from './pixel.ts';
import { addPlanRoutes } from './plans.ts';
import { addRejectedRoutes } from './rejected.ts';
import { addSdkRoutes } from './sdk.ts';
import { addSegmentContentRoutes } from './segmentContent.ts';
import { addSegmentHookRoutes } from './segmentHooks.ts';
import { addSegmentOutlookRoutes } from './segmentOutlook.ts';
import { addSegmentRoutes } from './segments.ts';
import { addSelfExperimentRoutes } from './selfExperiments.ts';
import { addSessionRoutes } from './sessions.ts';
import { addSourceRoutes } from './sources.ts';
import { addSurroundingsRoutes } from './surroundings.ts';
import { addThresholdRoutes } from './thresholds.ts';
import { addWarehouseRoutes } from './warehouse.ts';
import { addWebhookRoutes } from './webhooks.ts';
import { addWorkspaceRoutes } from './workspace.ts';

export const routes: readonly Routes[] = [
  addHealthRoutes,
  addMetricsRoutes,
  addAlertRoutes,
  addCollectRoutes,
  addPixelRoutes,
  addWebhookRoutes,
  addSourceRoutes,
  addSurroundingsRoutes,
  addDoorRoutes,
  addLiveRoutes,
  addLiveSessionRoutes,
  addRejectedRoutes,
  addPlanRoutes,
  addConsentRoutes,
  addWorkspaceRoutes,
  addOverviewRoutes,
  addPeopleRoutes,
  addSessionRoutes,
  addIdentityRoutes,
  addMatchingRoutes,
  addFeaturesRoutes,
  addIntentRoutes,
  addIntentSyncRoutes,
  addMovementRoutes,
  addAccuracyRoutes,
  addDriftRoutes,
  addThresholdRoutes,
  addSelfExperimentRoutes,
  addFallbackRoutes,
  addChallengeRoutes,
  addDecideRoutes,
  addSegmentRoutes,
  addSegmentContentRoutes,
  addSegmentHookRoutes,
  addDiscoveryRoutes,
  addSegmentOutlookRoutes,
  addFunnelRoutes,
  addActivationRoutes,
  addWarehouseRoutes,
  addSdkRoutes,
  addClientSettingsRoutes,
];
