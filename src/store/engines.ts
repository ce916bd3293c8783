// The one place that knows which engine is underneath. Every difference between the embedded engine, a ClickHouse
// server and a ClickHouse cluster stands in this table; no other file asks.

export type FactsEngine = 'embedded' | 'server' | 'cluster';

export type FactsCapabilities = {
  sentence: string;
  /** Tables are split in NAME_local on every node and NAME, a Distributed table over them. */
  sharded: boolean;
  /** The engine hands over a result as it grows; the embedded one gives it whole. */
  streamsResults: boolean;
  /** `INSERT … FROM INFILE` works: the engine sees this machine's files. */
  readsLocalFiles: boolean;
  /** Settings sent with every statement. */
  settings: Record<string, string | number>;
};

const everywhere = {
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 1,
  // Properties, traits and context come as objects and are kept as the text that they came as.
  input_format_json_read_objects_as_strings: 1,
  // A statement about everybody whom a block concerns names some ten thousand of them.
  max_query_size: 16_777_216,
  insert_deduplicate: 1,
  // Rows that replace each other are told apart when parts are merged and when they are read (FINAL). To look for them in
  // every block beforehand takes four fifths of an insert's time.
  optimize_on_insert: 0,
  lightweight_deletes_sync: 2,
  mutations_sync: 2,
  max_bytes_before_external_group_by: 2_000_000_000,
  max_bytes_before_external_sort: 2_000_000_000,
};

export const factsEngines: Record<FactsEngine, FactsCapabilities> = {
  embedded: {
    sentence: 'chDB: ClickHouse in this process, in the data folder',
    sharded: false,
    streamsResults: false,
    readsLocalFiles: true,
    settings: everywhere,
  },
  server: {
    sentence: 'one ClickHouse server',
    sharded: false,
    streamsResults: true,
    readsLocalFiles: false,
    settings: everywhere,
  },
  cluster: {
    sentence: 'a ClickHouse cluster, spread by Distributed tables',
    sharded: true,
    streamsResults: true,
    readsLocalFiles: false,
    settings: {
      ...everywhere,
      distributed_product_mode: 'global',
      prefer_global_in_and_join: 1,
      distributed_foreground_insert: 1,
    },
  },
};
