// What a segment will be, and what to show it.

export { type DayValue, forecastDays, type RankedContent, rankContent, type SeriesForecast } from './outlook.ts';
