// The hooks of segments by rule, one per route.

import {
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { get, post, remove, write } from './client.ts';
import type { Rule } from './rule.ts';
import type {
  ChangePage,
  ContentRequest,
  ContentWithHistory,
  Dependents,
  Duplicates,
  HookAnswer,
  ListedByHand,
  ManySizes,
  MemberPage,
  Overlap,
  PersonSegments,
  RecommendedContents,
  RuleInWords,
  RulePreview,
  RuleSegment,
  RuleSegmentPage,
  RuleSegmentRequest,
  SegmentAnalytics,
  SegmentContent,
  SegmentContents,
  SegmentForecast,
  SegmentHook,
  SegmentHooks,
  SegmentSizes,
  SegmentValue,
} from './segmentsApi.ts';

const base = '/api/v1/segments';
const pageSize = 20;
/** A person who enters is on the page within so long. */
const followMs = 2000;

const at = (id: string, rest = '') => `${base}/${encodeURIComponent(id)}${rest}`;

const contentAt = (id: string, rest = '') => `${base}/personalized/${encodeURIComponent(id)}${rest}`;

export type SegmentFilter = { strategy: string; status: string; persona_id: string };

const anySegment: SegmentFilter = { strategy: '', status: '', persona_id: '' };

export function useRuleSegments(filter: SegmentFilter = anySegment) {
  return useQuery({
    queryKey: ['rule-segments', filter],
    queryFn: ({ signal }) => get<RuleSegmentPage>(base, { ...filter, limit: 1000 }, signal),
    placeholderData: keepPreviousData,
  });
}

/** Whom segments belong to, by name. */
export function usePersonas(): string[] {
  const segments = useRuleSegments().data?.segments ?? [];
  return [...new Set(segments.flatMap(({ persona_id: persona }) => persona ?? []))].sort();
}

export function ruleSegmentQuery(id: string) {
  return queryOptions({
    queryKey: ['rule-segment', id],
    queryFn: ({ signal }) => get<RuleSegment>(at(id), {}, signal),
  });
}

export const useRuleSegment = (id: string) => useQuery(ruleSegmentQuery(id));

/** Makes a segment, or changes the one of the id. */
export function useSaveRuleSegment(id: string | undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: RuleSegmentRequest) =>
      id === undefined ? post<RuleSegment>(base, request) : write<RuleSegment>('PUT', at(id), request),
    onSuccess: (segment) => {
      queries.setQueryData(['rule-segment', segment.id], segment);
      readAgain(queries);
    },
  });
}

export function useSetStatus(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (status: 'active' | 'paused') => write<RuleSegment>('PUT', at(id), { status }),
    onSuccess: () => readAgain(queries),
  });
}

/** Everybody leaves it; its rule and history stay. */
export function useArchiveSegment() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(at(id)),
    onSuccess: () => readAgain(queries),
  });
}

/** Not waited for: who acted goes on at once. */
function readAgain(queries: QueryClient): void {
  const isOfSegments = (name: unknown) => String(name).startsWith('rule-segment') || name === 'person-segments';
  void queries.invalidateQueries({ predicate: ({ queryKey }) => isOfSegments(queryKey[0]) });
}

/** The rule as a sentence; null asks nothing. */
export function useSentence(rule: Rule | null) {
  return useQuery({
    queryKey: ['sentence', rule],
    queryFn: ({ signal }) => post<RuleInWords>(`${base}/sentence`, { criteria: rule }, signal),
    enabled: rule !== null,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** A sentence as a rule. */
export function useHearing() {
  return useMutation({ mutationFn: (sentence: string) => post<RuleInWords>(`${base}/sentence`, { sentence }) });
}

/** How many and who; null asks nothing. What is no longer asked is called off. */
export function usePreview(rule: Rule | null) {
  return useQuery({
    queryKey: ['rule-preview', rule],
    queryFn: ({ signal }) => post<RulePreview>(`${base}/preview`, { criteria: rule }, signal),
    enabled: rule !== null,
    placeholderData: keepPreviousData,
  });
}

export function useMembers(id: string) {
  return useInfiniteQuery({
    queryKey: ['rule-segment-members', id],
    queryFn: ({ pageParam, signal }) =>
      get<MemberPage>(at(id, '/members'), { cursor: pageParam, limit: pageSize }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** The newest first, followed as they come. */
export function useSegmentChanges(id: string) {
  return useInfiniteQuery({
    queryKey: ['rule-segment-changes', id],
    queryFn: ({ pageParam, signal }) =>
      get<ChangePage>(at(id, '/changes'), { before: pageParam, limit: pageSize }, signal),
    initialPageParam: '',
    getNextPageParam: ({ changes }) => (changes.length < pageSize ? null : changes[changes.length - 1].id),
    refetchInterval: followMs,
  });
}

export type HandWish = { person: string; action: 'include' | 'exclude' | 'forget'; reason: string };

/** Puts somebody in or leaves them out by hand, or lets the rule decide again. */
export function useListByHand(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ person, action, reason }: HandWish) =>
      post<ListedByHand>(at(id, '/members'), { action, members: [{ user_id: person, ...(reason && { reason }) }] }),
    onSuccess: () => readAgain(queries),
  });
}

export function sizesQuery(id: string, days: number) {
  return queryOptions({
    queryKey: ['rule-segment-sizes', id, days],
    queryFn: ({ signal }) => get<SegmentSizes>(at(id, '/sizes'), { days }, signal),
  });
}

/** Of every segment at once, at so many points. */
export function useManySizes(days: number, points: number) {
  return useQuery({
    queryKey: ['rule-segment-sizes', 'all', days, points],
    queryFn: ({ signal }) => get<ManySizes>(`${base}/sizes`, { days, points }, signal),
  });
}

export const useSizes = (id: string, days: number) => useQuery(sizesQuery(id, days));

export function analyticsQuery(id: string) {
  return queryOptions({
    queryKey: ['rule-segment-analytics', id],
    queryFn: ({ signal }) => get<SegmentAnalytics>(at(id, '/analytics'), {}, signal),
  });
}

export const useAnalytics = (id: string) => useQuery(analyticsQuery(id));

export function useForecast(id: string, days: number) {
  return useQuery({
    queryKey: ['rule-segment-forecast', id, days],
    queryFn: ({ signal }) => get<SegmentForecast>(at(id, '/forecast'), { days }, signal),
  });
}

/** Needs a model. */
export function useSegmentValue(id: string, enabled: boolean) {
  return useQuery({
    queryKey: ['rule-segment-value', id],
    queryFn: ({ signal }) => get<SegmentValue>(at(id, '/value'), {}, signal),
    enabled,
  });
}

export function useSegmentContents(id: string) {
  return useQuery({
    queryKey: ['rule-segment-content', id],
    queryFn: ({ signal }) => get<SegmentContents>(`${base}/personalized`, { segment_id: id, limit: 1000 }, signal),
  });
}

/** Adds a piece of content to a segment, or changes the one of the id. */
export function useSaveContent(segmentId: string, id: string | undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: ContentRequest) =>
      id === undefined
        ? post<SegmentContent>(`${base}/personalized`, { ...request, segment_id: segmentId })
        : write<SegmentContent>('PUT', contentAt(id), request),
    onSuccess: () => readAgain(queries),
  });
}

export function useSetShown() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, wish }: { id: string; wish: 'start' | 'stop' }) =>
      write<SegmentContent>('POST', contentAt(id, `/${wish}`), undefined),
    onSuccess: () => readAgain(queries),
  });
}

export function useRemoveContent() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(contentAt(id)),
    onSuccess: () => readAgain(queries),
  });
}

export function useContentHistory(id: string, enabled: boolean) {
  return useQuery({
    // Not read again with the rest: what is done on the page changes no count, and a piece may be gone.
    queryKey: ['content-history', id],
    queryFn: ({ signal }) => get<ContentWithHistory>(contentAt(id), {}, signal),
    enabled,
  });
}

export function useRecommendedContent(id: string) {
  return useQuery({
    queryKey: ['rule-segment-recommended', id],
    queryFn: ({ signal }) => get<RecommendedContents>(at(id, '/recommended-content'), {}, signal),
  });
}

/** Followed: what was told and answered goes on. */
export function useSegmentHooks() {
  return useQuery({
    queryKey: ['rule-segment-hooks'],
    queryFn: ({ signal }) => get<SegmentHooks>(`${base}/hooks`, {}, signal),
    refetchInterval: 15_000,
  });
}

export function useAddHook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: { url: string; segment_ids?: string[] }) =>
      post<SegmentHook & { secret: string }>(`${base}/hooks`, request),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['rule-segment-hooks'] }),
  });
}

export function useTestHook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => write<HookAnswer>('POST', `${base}/hooks/${encodeURIComponent(id)}/test`, undefined),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['rule-segment-hooks'] }),
  });
}

export function useRemoveHook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(`${base}/hooks/${encodeURIComponent(id)}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['rule-segment-hooks'] }),
  });
}

export function useDependents(id: string) {
  return useQuery({
    queryKey: ['rule-segment-dependents', id],
    queryFn: ({ signal }) => get<Dependents>(at(id, '/dependents'), {}, signal),
  });
}

export function useDuplicates(id: string) {
  return useQuery({
    queryKey: ['rule-segment-duplicates', id],
    queryFn: ({ signal }) => get<Duplicates>(at(id, '/duplicates'), {}, signal),
  });
}

/** Of 2 segments or more. */
export function useOverlap(ids: string[]) {
  return useQuery({
    queryKey: ['rule-segment-overlap', ids],
    queryFn: ({ signal }) => get<Overlap>(`${base}/overlap`, { ids: ids.join(',') }, signal),
    enabled: ids.length > 1,
  });
}

export function usePersonSegments(id: string) {
  return useQuery({
    queryKey: ['person-segments', id],
    queryFn: ({ signal }) =>
      get<PersonSegments>(`/api/v1/people/${encodeURIComponent(id)}/segments`, { limit: 10 }, signal),
    refetchInterval: 15_000,
  });
}
