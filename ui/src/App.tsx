// Which page an address shows, behind the key: no key or a refused one shows the sign-in form, anything else the
// shell with the page inside. Pages are fetched when first opened.

import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { ApiError } from './client.ts';
import { NotFound } from './pages/NotFound.tsx';
import { SignIn } from './pages/SignIn.tsx';
import { Boundary } from './parts/Boundary.tsx';
import { LoadingPage } from './parts/Loading.tsx';
import { ProblemNote } from './parts/ProblemNote.tsx';
import { Shell } from './parts/Shell.tsx';
import { WorkspaceProvider } from './place.tsx';
import { useWorkspace } from './queries.ts';
import { useKey } from './session.ts';

const pages: { path: string; page: ComponentType }[] = [
  { path: '/', page: lazy(() => import('./pages/Overview.tsx').then((file) => ({ default: file.OverviewPage }))) },
  { path: '/live', page: lazy(() => import('./pages/Live.tsx').then((file) => ({ default: file.LivePage }))) },
  { path: '/live/plans', page: lazy(() => import('./pages/Plans.tsx').then((file) => ({ default: file.PlansPage }))) },
  { path: '/people', page: lazy(() => import('./pages/People.tsx').then((file) => ({ default: file.PeoplePage }))) },
  {
    path: '/people/review',
    page: lazy(() => import('./pages/Review.tsx').then((file) => ({ default: file.ReviewPage }))),
  },
  {
    path: '/people/matching',
    page: lazy(() => import('./pages/Matching.tsx').then((file) => ({ default: file.MatchingPage }))),
  },
  {
    path: '/people/:id',
    page: lazy(() => import('./pages/Person.tsx').then((file) => ({ default: file.PersonPage }))),
  },
  {
    path: '/features',
    page: lazy(() => import('./pages/Features.tsx').then((file) => ({ default: file.FeaturesPage }))),
  },
  { path: '/models', page: lazy(() => import('./pages/Models.tsx').then((file) => ({ default: file.ModelsPage }))) },
  { path: '/models/:id', page: lazy(() => import('./pages/Model.tsx').then((file) => ({ default: file.ModelPage }))) },
  {
    path: '/segments',
    page: lazy(() => import('./pages/Segments.tsx').then((file) => ({ default: file.SegmentsPage }))),
  },
  {
    path: '/segments/discovery',
    page: lazy(() => import('./pages/Discovery.tsx').then((file) => ({ default: file.DiscoveryPage }))),
  },
  {
    path: '/segments/new',
    page: lazy(() => import('./pages/Rule.tsx').then((file) => ({ default: file.NewRulePage }))),
  },
  {
    path: '/segments/compare',
    page: lazy(() => import('./pages/CompareSegments.tsx').then((file) => ({ default: file.CompareSegmentsPage }))),
  },
  {
    path: '/segments/:id/edit',
    page: lazy(() => import('./pages/Rule.tsx').then((file) => ({ default: file.EditRulePage }))),
  },
  {
    path: '/segments/:id',
    page: lazy(() => import('./pages/Segment.tsx').then((file) => ({ default: file.SegmentPage }))),
  },
  { path: '/measure', page: lazy(() => import('./pages/Measure.tsx').then((file) => ({ default: file.MeasurePage }))) },
  {
    path: '/measure/worth',
    page: lazy(() => import('./pages/Worth.tsx').then((file) => ({ default: file.WorthPage }))),
  },
  { path: '/govern', page: lazy(() => import('./pages/Govern.tsx').then((file) => ({ default: file.GovernPage }))) },
];

export function App() {
  const key = useKey();
  if (!key) return <SignIn refused={null} />;
  return <SignedIn key={key} />;
}

function SignedIn() {
  const workspace = useWorkspace();
  const [location] = useLocation();
  if (workspace.data) {
    return (
      <WorkspaceProvider workspace={workspace.data}>
        <Shell>
          <Boundary key={location}>
            <Suspense fallback={<LoadingPage />}>
              <Switch>
                {pages.map(({ path, page }) => (
                  <Route key={path} path={path} component={page} />
                ))}
                <Route component={NotFound} />
              </Switch>
            </Suspense>
          </Boundary>
        </Shell>
      </WorkspaceProvider>
    );
  }
  if (workspace.error instanceof ApiError && [401, 403].includes(workspace.error.problem.status)) {
    return <SignIn refused={workspace.error.problem} />;
  }
  if (workspace.error) {
    return (
      <main style={{ maxWidth: '40rem', margin: '15vh auto', padding: '0 1rem' }}>
        <h1 className="faint small">Inkling</h1>
        <ProblemNote error={workspace.error} onRetry={() => void workspace.refetch()} />
      </main>
    );
  }
  return (
    <main>
      <LoadingPage />
    </main>
  );
}
