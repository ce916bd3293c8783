// Adds to package-lock.json the platform packages (optional dependencies with os/cpu in their name) that the
// registry in use did not offer when the lock was written, so that `npm ci` accepts the lock everywhere and a Mac
// finds its own binaries. Run it after every `npm install NAME`; it changes nothing when nothing is missing.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] || lock.packages[`${path}/${key}`] || !/^\d/.test(version)) continue;
    const [, os, cpu] =
      name.match(
        /(android|darwin|linux|win32|freebsd|openbsd|netbsd|sunos|aix)-(arm64|x64|arm|ia32|riscv64|ppc64|s390x|loong64|mips64el)/,
      ) ?? [];
    if (!os) continue;
    const libc =
      os !== 'linux' ? undefined : name.includes('musl') ? ['musl'] : name.includes('gnu') ? ['glibc'] : undefined;
    lock.packages[key] = {
      version,
      cpu: [cpu],
      ...(entry.dev && { dev: true }),
      ...(libc && { libc }),
      optional: true,
      os: [os],
    };
    added.push(name);
  }
}

if (added.length) {
  const root = lock.packages[''];
  const rest = Object.entries(lock.packages)
    .filter(([k]) => k !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries([['', root], ...rest]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(added.length ? `added ${added.join(', ')}` : 'nothing missing');
