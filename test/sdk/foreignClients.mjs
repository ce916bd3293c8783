// What a shop bundles that uses the browser libraries of Segment and RudderStack; built by foreign.test.ts.

export { RudderAnalytics } from '@rudderstack/analytics-js/bundled';
export { AnalyticsBrowser } from '@segment/analytics-next';
