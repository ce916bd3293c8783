// Visits: the rule that cuts them, what is said of each, the table of those that were and the memory of those that are.

export { BOT_SCORE, type BotMark, botMarks } from './botMarks.ts';
export { describeVisit, readSession, readSessionId, type Session, sessionColumns, sessionIdOf } from './columns.ts';
export { type LiveSessions, type LiveSessionsOptions, openLiveSessions } from './live.ts';
export { openSessionsNow, type SessionsNow } from './now.ts';
export { beginsOf, beginsSql, declaredSql, defaultRule, type Ruled, ruleColumns, type SessionRule } from './rule.ts';
export {
  changeSessionSettings,
  defaultSessionSettings,
  listRecut,
  noteCut,
  type SessionSettings,
  sessionRuleOf,
  sessionSettingsOf,
} from './settings.ts';
export { sessionsTable } from './table.ts';
export { conversionEvents, outsideVisits, pageEvents } from './visit.ts';
