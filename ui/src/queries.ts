// One hook per route. React Query keeps the answers, so that going back to a page shows it at once and freshens it
// behind; a page that is left cancels what it asked for.

import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type {
  AccuracyReport,
  Activation,
  ActivationList,
  ActivationRequest,
  Alerts,
  ConsentLog,
  CrossPlatform,
  Cuts,
  DiscoveredGroup,
  DiscoveryRun,
  DriftAnswer,
  Fallback,
  Features,
  Funnel,
  IdentityOutcome,
  IdentityRules,
  IntentCorrelations,
  Journeys,
  Lift,
  Live,
  Matching,
  Model,
  ModelList,
  ModelRequest,
  ModelRow,
  Movement,
  Overview,
  PeoplePage,
  Person,
  PersonConsent,
  PlanProposal,
  PlansOverview,
  PlanTrial,
  PlanVersion,
  Privacy,
  Replayed,
  ReviewPage,
  RulesChange,
  RulesTrial,
  Segment,
  SegmentList,
  SegmentRequest,
  SegmentUsers,
  SessionsRightNow,
  Sources,
  Standing,
  StoppedLinks,
  StoredPlan,
  TimelinePage,
  TrackingPlan,
  WebhookSource,
  Withheld,
  Workspace,
} from './api.ts';
import { events, get, patch, post, remove, write } from './client.ts';
import { usePlace } from './place.tsx';

const pageSize = 50;

export type PeopleFilter = { search: string; segment: string; category: string; sort: string; bots: string };

export function useWorkspace() {
  return useQuery({
    queryKey: ['workspace'],
    queryFn: ({ signal }) => get<Workspace>('/api/v1/workspace', {}, signal),
    // While nothing has arrived the pages wait for the first event and turn by themselves.
    refetchInterval: (query) => (query.state.data?.hasEvents === false ? 2000 : false),
  });
}

export function useOverview() {
  return useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => get<Overview>('/api/v1/overview', {}, signal),
    refetchInterval: 60_000,
  });
}

/** `intervalMs` 0 pauses the stream. */
export function useLive(limit: number, intervalMs: number) {
  return useQuery({
    queryKey: ['live', limit],
    queryFn: ({ signal }) => get<Live>('/api/v1/live', { limit }, signal),
    refetchInterval: intervalMs > 0 ? intervalMs : false,
    placeholderData: keepPreviousData,
  });
}

/** `intervalMs` 0 pauses the looking for a first event. */
export function useSources(intervalMs: number) {
  return useQuery({
    queryKey: ['sources'],
    queryFn: ({ signal }) => get<Sources>('/api/v1/sources', {}, signal),
    refetchInterval: intervalMs > 0 ? intervalMs : false,
  });
}

export function useSourceSettings(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (settings: Record<string, string | null>) => patch<WebhookSource>(`/api/v1/sources/${name}`, settings),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sources'] }),
  });
}

export function useAlerts() {
  return useQuery({
    queryKey: ['alerts'],
    queryFn: ({ signal }) => get<Alerts>('/api/v1/alerts', {}, signal),
    refetchInterval: 60_000,
  });
}

const streamAgainMs = 3000;

/** Who is here now, told by the server with every change. `lost` while the line is down; it is then tried again. */
export function useSessionsRightNow(limit: number, running: boolean) {
  const [state, setState] = useState<{ data: SessionsRightNow | null; lost: boolean }>({ data: null, lost: false });
  useEffect(() => {
    if (!running) return;
    const leaving = new AbortController();
    const listen = async () => {
      while (!leaving.signal.aborted) {
        try {
          const stream = events<SessionsRightNow>('/api/v1/live/sessions/stream', { limit }, leaving.signal);
          for await (const data of stream) setState({ data, lost: false });
        } catch {
          // Told below; the next try says whether it is over.
        }
        if (leaving.signal.aborted) return;
        setState(({ data }) => ({ data, lost: true }));
        await new Promise((resolve) => setTimeout(resolve, streamAgainMs));
      }
    };
    void listen();
    return () => leaving.abort();
  }, [limit, running]);
  return state;
}

/** Sends a rejected message again; `mended` is the whole message as it is to be. */
export function useReplay() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, mended }: { id: string; mended: unknown }) =>
      post<Replayed>('/api/v1/rejected/replay', { ids: [id], patch: [{ op: 'replace', path: '', value: mended }] }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['live'] }),
  });
}

export function usePeople(filter: PeopleFilter) {
  return useInfiniteQuery({
    queryKey: ['people', filter],
    queryFn: ({ pageParam, signal }) =>
      get<PeoplePage>('/api/v1/people', { ...filter, cursor: pageParam, limit: pageSize }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

export function usePerson(id: string) {
  return useQuery({
    queryKey: ['person', id],
    queryFn: ({ signal }) => get<Person>(`/api/v1/people/${encodeURIComponent(id)}`, {}, signal),
  });
}

export function useStopped(id: string) {
  return useQuery({
    queryKey: ['stopped', id],
    queryFn: ({ signal }) => get<StoppedLinks>(`/api/v1/people/${encodeURIComponent(id)}/stopped`, {}, signal),
  });
}

export type Unlinking = { evidence: { a: string; b: string; method: string }; reason: string };

/** Who there would be without a piece of evidence; nothing is written. */
export function useUnlinkPreview(asked: Unlinking | null) {
  return useQuery({
    queryKey: ['unlink', asked],
    enabled: asked !== null,
    queryFn: () => post<IdentityOutcome>('/api/v1/identity/unmerge', { ...asked, preview: true }),
  });
}

export function useUnlink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: Unlinking) => post<IdentityOutcome>('/api/v1/identity/unmerge', asked),
    onSuccess: () => client.invalidateQueries(),
  });
}

export function useReviews() {
  return useInfiniteQuery({
    queryKey: ['reviews'],
    queryFn: ({ pageParam, signal }) =>
      get<ReviewPage>('/api/v1/identity/reviews', { cursor: pageParam, limit: pageSize }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function useAnswer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: { ids: string[]; answer: 'accept' | 'refuse' }) =>
      post<{ answered: number }>('/api/v1/identity/reviews/answer', asked),
    onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'workspace' }),
  });
}

export function useMatching() {
  return useQuery({
    queryKey: ['matching'],
    queryFn: ({ signal }) => get<Matching>('/api/v1/identity/matching', {}, signal),
  });
}

export function useIdentityRules() {
  return useQuery({
    queryKey: ['identity-rules'],
    queryFn: ({ signal }) => get<IdentityRules>('/api/v1/identity/rules', {}, signal),
  });
}

/** Tries a change, given as its text, by which an answer is told from that to another; nothing is written. */
export function useTryRules() {
  return useMutation({
    mutationFn: (change: string) =>
      post<RulesTrial>('/api/v1/identity/rules/preview', JSON.parse(change) as RulesChange),
  });
}

/** Sets what differs from the default rules, as a whole, and links everybody anew. */
export function useSetRules() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: { rules: RulesChange; reason: string }) =>
      write<IdentityRules>('PUT', '/api/v1/identity/rules', wish),
    onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'workspace' }),
  });
}

export function useCrossPlatform() {
  return useQuery({
    queryKey: ['platforms'],
    queryFn: ({ signal }) => get<CrossPlatform>('/api/v1/identity/platforms', {}, signal),
  });
}

export function useTimeline(id: string) {
  return useInfiniteQuery({
    queryKey: ['timeline', id],
    queryFn: ({ pageParam, signal }) =>
      get<TimelinePage>(
        `/api/v1/people/${encodeURIComponent(id)}/timeline`,
        { before: pageParam, limit: pageSize },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextBefore,
  });
}

export function useFeatures() {
  return useQuery({
    queryKey: ['features'],
    queryFn: ({ signal }) => get<Features>('/api/v1/features', {}, signal),
  });
}

/** `steps` are names of events with commas in between. */
export function useFunnel(steps: string, windowDays: number, enabled: boolean) {
  const named = steps.split(',').map((event) => ({ event: event.trim() }));
  return useQuery({
    queryKey: ['funnel', steps, windowDays],
    queryFn: () => post<Funnel>('/api/v1/measure/funnel', { steps: named, windowDays }),
    enabled,
    placeholderData: keepPreviousData,
  });
}

export function useCorrelations(enabled: boolean) {
  return useQuery({
    queryKey: ['correlations'],
    queryFn: ({ signal }) => get<IntentCorrelations>('/api/v1/intent/correlations', {}, signal),
    enabled,
  });
}

export function useActivations() {
  return useQuery({
    queryKey: ['activations'],
    queryFn: ({ signal }) => get<ActivationList>('/api/v1/measure/activations', {}, signal),
  });
}

export function useLift(id: string) {
  return useQuery({
    queryKey: ['activations', id],
    queryFn: ({ signal }) => get<Lift>(`/api/v1/measure/activations/${encodeURIComponent(id)}`, {}, signal),
  });
}

export function useStartActivation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: ActivationRequest) => post<Activation>('/api/v1/measure/activations', request),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['activations'] }),
  });
}

export function useEndActivation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post<Activation>(`/api/v1/measure/activations/${encodeURIComponent(id)}/end`, {}),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['activations'] }),
  });
}

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => get<ModelList>('/api/v1/intent/models', {}, signal),
    refetchInterval: (query) => (query.state.data?.models.some((model) => model.status === 'TRAINING') ? 3000 : false),
  });
}

export function useModel(id: string) {
  return useQuery({
    queryKey: ['model', id],
    queryFn: ({ signal }) => get<Model>(`/api/v1/intent/models/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: (query) => (query.state.data?.status === 'TRAINING' ? 3000 : false),
  });
}

export function useAccuracy(modelId: string) {
  return useQuery({
    queryKey: ['accuracy', modelId],
    queryFn: ({ signal }) => get<AccuracyReport>('/api/v1/intent/accuracy', { modelId }, signal),
  });
}

export function useMovement(modelId: string) {
  return useQuery({
    queryKey: ['movement', modelId],
    queryFn: ({ signal }) => get<Movement>('/api/v1/intent/drivers/movement', { modelId }, signal),
  });
}

export function useJourneys(modelId: string) {
  return useQuery({
    queryKey: ['journeys', modelId],
    queryFn: ({ signal }) => get<Journeys>('/api/v1/intent/drivers/journeys', { modelId }, signal),
  });
}

export function useThresholds(modelId: string) {
  return useQuery({
    queryKey: ['thresholds', modelId],
    queryFn: ({ signal }) => get<Cuts>('/api/v1/intent/thresholds', { modelId }, signal),
    retry: false,
  });
}

export function useFallback() {
  return useQuery({
    queryKey: ['fallback'],
    queryFn: ({ signal }) => get<Fallback>('/api/v1/intent/fallback', {}, signal),
    retry: false,
  });
}

export function useDrift(modelId: string) {
  return useQuery({
    queryKey: ['drift', modelId],
    queryFn: ({ signal }) => get<DriftAnswer>('/api/v1/intent/drift', { modelId }, signal),
    retry: false,
  });
}

export function useChallenges() {
  return useQuery({
    queryKey: ['challenges'],
    queryFn: ({ signal }) => get<Standing>('/api/v1/intent/challenges', {}, signal),
    refetchInterval: 30_000,
  });
}

export function useChallenge() {
  return useMutation({ mutationFn: () => post<{ startedAt: string }>('/api/v1/intent/challenges', {}) });
}

export function useTrainModel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: ModelRequest) => post<ModelRow>('/api/v1/intent/models', request),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['models'] }),
  });
}

export function useDeleteModel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(`/api/v1/intent/models/${encodeURIComponent(id)}`),
    onSuccess: () => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'model' }),
  });
}

/** By intent; none before there is a model. */
export function useSegments() {
  const hasModel = usePlace().model !== null;
  return useQuery({
    queryKey: ['segments', hasModel],
    queryFn: ({ signal }) =>
      hasModel ? get<SegmentList>('/api/v1/intent/segments', {}, signal) : { segments: [] as Segment[] },
  });
}

export function useCreateSegment() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: SegmentRequest) => post<Segment>('/api/v1/intent/segments', request),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['segments'] }),
  });
}

export function useDeleteSegment() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(`/api/v1/intent/segments/${encodeURIComponent(id)}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['segments'] }),
  });
}

export function useSegmentUsers(id: string) {
  return useInfiniteQuery({
    queryKey: ['segment-users', id],
    queryFn: ({ pageParam, signal }) =>
      get<SegmentUsers>(
        `/api/v1/intent/segments/${encodeURIComponent(id)}/users`,
        { cursor: pageParam, limit: pageSize },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function usePlans(days: number) {
  return useQuery({
    queryKey: ['plans', days],
    queryFn: ({ signal }) => get<PlansOverview>('/api/v1/collect/plans', { days }, signal),
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });
}

export function usePlan(version: number | null) {
  return useQuery({
    queryKey: ['plan', version],
    queryFn: ({ signal }) => get<StoredPlan>(`/api/v1/collect/plans/${version}`, {}, signal),
    enabled: version !== null,
  });
}

export function useProposal(days: number, wanted: boolean) {
  return useQuery({
    queryKey: ['plan-proposal', days],
    queryFn: ({ signal }) => get<PlanProposal>('/api/v1/collect/plans/proposal', { days }, signal),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** `revision` is that of the draft that was read, 0 where there was none. */
export function useSaveDraft() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ plan, revision }: { plan: TrackingPlan; revision: number }) =>
      write<StoredPlan>('PUT', '/api/v1/collect/plans/draft', plan, revision),
    onSuccess: (stored) => {
      queries.setQueryData(['plan', stored.version], stored);
      return queries.invalidateQueries({ queryKey: ['plans'] });
    },
  });
}

export function useDiscardDraft() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => remove('/api/v1/collect/plans/draft'),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['plans'] }),
  });
}

export function useActivatePlan() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ version, revision }: { version: number; revision: number }) =>
      write<PlanVersion>('POST', `/api/v1/collect/plans/${version}/activate`, undefined, revision),
    onSuccess: () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('plan') }),
  });
}

export function useTryPlan() {
  return useMutation({
    mutationFn: ({ plan, days }: { plan: TrackingPlan; days: number }) =>
      post<PlanTrial>(`/api/v1/collect/plans/try?days=${days}`, plan),
  });
}

export function usePrivacy() {
  return useQuery({
    queryKey: ['privacy'],
    queryFn: ({ signal }) => get<Privacy>('/api/v1/govern/privacy', {}, signal),
  });
}

export function useChangePrivacy() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ change, revision }: { change: Partial<Privacy>; revision: number }) =>
      write<Privacy>('PATCH', '/api/v1/govern/privacy', change, revision),
    onSuccess: (privacy) => queries.setQueryData(['privacy'], privacy),
  });
}

export function useConsentLog() {
  return useInfiniteQuery({
    queryKey: ['consent-log'],
    queryFn: ({ pageParam, signal }) =>
      get<ConsentLog>('/api/v1/govern/consent/log', { cursor: pageParam, limit: pageSize }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function useWithheld() {
  return useQuery({
    queryKey: ['withheld'],
    queryFn: ({ signal }) => get<Withheld>('/api/v1/govern/withheld', {}, signal),
    refetchInterval: 30_000,
  });
}

export function usePersonConsent(id: string) {
  return useQuery({
    queryKey: ['person-consent', id],
    queryFn: ({ signal }) => get<PersonConsent>(`/api/v1/people/${encodeURIComponent(id)}/consent`, {}, signal),
  });
}

/** Records a choice for a person, under every identifier of theirs. */
export function useRecordChoice(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (choices: Record<string, boolean>) =>
      post<PersonConsent>(`/api/v1/people/${encodeURIComponent(id)}/consent`, { choices }),
    onSuccess: (consent) => queries.setQueryData(['person-consent', id], consent),
  });
}

export function useDiscoveries() {
  return useQuery({
    queryKey: ['discoveries'],
    queryFn: ({ signal }) => get<{ discoveries: DiscoveryRun[] }>('/api/v1/segments/discoveries', {}, signal),
    refetchInterval: ({ state }) => (state.data?.discoveries[0]?.status === 'RUNNING' ? 1000 : false),
  });
}

export function useDiscover() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => post<{ id: string }>('/api/v1/segments/discover', {}),
    onSettled: () => queries.invalidateQueries({ queryKey: ['discoveries'] }),
  });
}

/** Saves a discovered group's rule as a segment of its own. */
export function useSaveGroup() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, definition, rule }: DiscoveredGroup) =>
      post<{ id: string }>('/api/v1/segments', {
        segment_name: name,
        description: definition ?? '',
        criteria: rule,
      }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['rule-segments'] }),
  });
}
