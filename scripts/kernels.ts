// Compiles the inner loops written in AssemblyScript, `src/**/*.as.ts`, to the `.wasm` beside each. The results are
// committed, so nothing has to be built to run; `--check` fails when one is out of date instead of writing it.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../', import.meta.url));
const check = process.argv.includes('--check');
const stale: string[] = [];

for (const source of globSync('src/**/*.as.ts', { cwd: root })) {
  const target = source.replace(/\.as\.ts$/, '.wasm');
  const bytes = await compile(source);
  if (check && !Buffer.from(bytes).equals(readFileSync(root + target))) stale.push(target);
  if (!check) {
    writeFileSync(root + target, bytes);
    console.log(`${target}: ${bytes.length} bytes`);
  }
}
if (stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run node scripts/kernels.ts and commit what it writes.`);
  process.exit(1);
}

/** The memory is the caller's and shared between threads; the code keeps nothing of its own in it. */
async function compile(source: string): Promise<Uint8Array> {
  const flags = ['--importMemory', '--sharedMemory', '--maximumMemory', '65536', '--runtime', 'stub', '--noAssert'];
  const speed = [
    '-O3',
    '--converge',
    ...(process.argv.includes('--names') ? ['--debug'] : []),
    '--enable',
    'simd',
    '--enable',
    'threads',
  ];
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main([source, '--outFile', 'kernel.wasm', ...flags, ...speed], {
    readFile: (name, folder) => {
      try {
        return readFileSync(`${root}/${folder}/${name}`, 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name, content) => {
      bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    },
    listFiles: () => [],
  });
  if (error !== null || bytes === undefined) throw new Error(`${source} does not compile:\n${stderr}`);
  return bytes;
}
