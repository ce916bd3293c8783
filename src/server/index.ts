// The service: HTTP over every room, and the road as one call.

export {
  challengeNow,
  momentOfScoring,
  type RoadOptions,
  type RoadResult,
  type StageName,
  type Watcher,
  walkTheRoad,
} from './pipeline.ts';
export { describeApi, openServer, type Server, type ServerOptions } from './server.ts';
export { handleRequest, handler, openServerless, openServerlessStore, type Serverless } from './serverless.ts';
