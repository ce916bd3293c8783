// Where does it stay? Facts (ClickHouse), state (PostgreSQL), blobs, a cache, and the migrations of both engines.

export type { Blobs } from './blobs.ts';
export { type Cache, openMemoryCache } from './cache.ts';
export { openRedisCache } from './cache-redis.ts';
export { type Disk, type DiskFile, type How, localDisk, readWhole } from './disk.ts';
export { letEngineGiveWay } from './engine-threads.ts';
export { type FactsEngine, factsEngines } from './engines.ts';
export type { BinaryRows, Facts, InsertOptions, Lane } from './facts.ts';
export type { Block, Damage, Journal, JournalOptions } from './journal.ts';
export { type NatsOptions, openNatsJournal } from './journal-nats.ts';
export { type Records, RecordWriter, scanRecords } from './journal-record.ts';
export { compareBytes, type Params, quote } from './literals.ts';
export { mendBit } from './mend.ts';
export { statementsOf } from './migrate.ts';
export { natsOptionsFrom, openJournal } from './open-journal.ts';
export { remembered } from './remembered.ts';
export { openRowWriter, type RowWriter, textBytes } from './row-writer.ts';
export { readSetting, removeSetting, writeSetting } from './settings.ts';
export type { State } from './state.ts';
export { openStore, type Store, type StoreOptions, storeOptionsFrom } from './store.ts';
