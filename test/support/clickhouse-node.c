/* A ClickHouse server out of the engine that the npm package brings: libchdb understands SYSTEM START LISTEN when it
   is entered through chdb_query_cmdline, from a process with a full-sized stack (a Node thread's is too small).
   The listeners live as long as the statement that opened them, so the last statement never ends.
   Usage: clickhouse-node LIBCHDB --config-file=… --path=… --http_port=… --tcp_port=… --query="…" */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

int main(int argc, char **argv) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* no node outlives the test run that started it */
#endif
  void *lib = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
  if (!lib) {
    fprintf(stderr, "cannot load the engine: %s\n", dlerror());
    return 2;
  }
  void *(*run)(int, char **) = (void *(*)(int, char **))dlsym(lib, "chdb_query_cmdline");
  const char *(*error_of)(void *) = (const char *(*)(void *))dlsym(lib, "chdb_result_error");
  argv[1] = argv[0];
  void *result = run(argc - 1, argv + 1);
  const char *error = result ? error_of(result) : "no result";
  if (error) fprintf(stderr, "%s\n", error);
  return 1;
}
