// The files for containers and clusters, read as their engines would: there is no such engine where the tests run, so they
// are held to their rules, to each other and to the code. That an image builds and starts is not shown here.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { environment } from '../../src/environment.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(root + path, 'utf8');

type Instruction = { word: string; rest: string };

/** The instructions of a Dockerfile, with lines that go on joined. */
const dockerfile: Instruction[] = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({ word: line.split(' ')[0], rest: line.slice(line.indexOf(' ') + 1).trim() }));
const all = (word: string) => dockerfile.filter((one) => one.word === word).map(({ rest }) => rest);
const lastStage = dockerfile.slice(dockerfile.findLastIndex(({ word }) => word === 'FROM'));
const inLast = (word: string) => lastStage.filter((one) => one.word === word).map(({ rest }) => rest);

test('the environment table names what the code reads, and nothing else', () => {
  const read_ = new Set<string>();
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    for (const [, name] of read(file).matchAll(/env\['([A-Z_]+)'\]/g)) read_.add(name);
  }
  // Read by their names in a list (server/serverless.ts).
  assert.deepEqual([...read_].sort(), Object.keys(environment).sort());
});

test('the image is built in stages, runs as nobody, on Node from npm, and says whether it is well', () => {
  const images = all('FROM');
  assert.equal(images.length, 2);
  for (const image of images) assert.match(image, /^[a-z]+:[\w.-]+(?: AS \w+)?$/, 'a named version, never latest');
  assert.ok(!images.some((image) => image.includes('latest')));
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  assert.match(images[0], new RegExp(`^node:${dependencies['node']}-`), 'npm of the same Node installs');
  assert.match(inLast('ENV')[0], /PATH=\/app\/node_modules\/\.bin:\$PATH/);
  assert.deepEqual(inLast('USER'), ['10001:10001']);
  assert.ok(all('COPY').every((rest) => !rest.startsWith('--chown=root')));
  assert.equal(all('ADD').length, 0);
  for (const run of all('RUN')) assert.doesNotMatch(run, /sudo|curl[^|]*\|\s*sh|apt-get(?! .*--no-install-recommends)/);
  assert.match(all('RUN')[0], /npm ci/);
  assert.ok(all('RUN').some((run) => /npm prune --omit=dev/.test(run)));
  const command = JSON.parse(inLast('CMD')[0]) as string[];
  assert.deepEqual(command, ['node', 'src/cli/main.ts', 'start']);
  assert.ok(existsSync(root + command[1]));
  const check = JSON.parse(inLast('HEALTHCHECK')[0].replace(/^.*?CMD /, '')) as string[];
  assert.match(check[2], /\/ready/);
  assert.doesNotThrow(() => new Function(check[2]), 'the check is JavaScript');
  for (const copied of inLast('COPY')) {
    for (const path of copied.split(' ').filter((part) => part.startsWith('/app/') && !/node_modules|dist/.test(part)))
      assert.ok(existsSync(root + path.slice('/app/'.length)), path);
  }
});

test('what the image sets are variables that the code reads, and ports and folders agree', () => {
  const set = Object.fromEntries(
    [
      ...inLast('ENV')
        .join(' ')
        .matchAll(/(\w+)=(\S+)/g),
    ].map(([, name, value]) => [name, value]),
  );
  for (const name of Object.keys(set)) assert.ok(name in environment || ['PATH', 'NODE_ENV'].includes(name), name);
  assert.deepEqual(
    [set['PORT'], set['HOST'], set['INKLING_DATA']],
    [inLast('EXPOSE')[0], '0.0.0.0', inLast('VOLUME')[0]],
  );
  const ignored = read('.dockerignore').split('\n');
  for (const path of ['.git', '**/node_modules', '.env*', '**/secret.key']) assert.ok(ignored.includes(path), path);
});

type Service = {
  image?: string;
  environment: Record<string, string>;
  ports?: string[];
  volumes: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
};

test('compose: servers that are well before the service starts, no password in the file, no port open to all', () => {
  const { services, volumes } = parse(read('compose.yaml')) as { services: Record<string, Service>; volumes: object };
  assert.deepEqual(Object.keys(services), ['inkling', 'clickhouse', 'postgres']);
  const { inkling } = services;
  for (const name of Object.keys(inkling.environment)) assert.ok(name in environment, name);
  for (const [name, { secret }] of Object.entries(environment)) {
    if (secret) assert.match(inkling.environment[name], /\$\{\w+:[?-]/, `${name} is given from outside`);
  }
  for (const [name, service] of Object.entries(services)) {
    for (const volume of service.volumes) assert.ok(volume.split(':')[0] in volumes, volume);
    if (name === 'inkling') continue;
    assert.match(service.image ?? '', /:\d+/, 'a named version');
    assert.ok(service.healthcheck);
    assert.deepEqual(inkling.depends_on?.[name], { condition: 'service_healthy' });
    assert.equal(service.ports, undefined);
  }
  assert.deepEqual(inkling.ports, ['127.0.0.1:8020:8020']);
  assert.ok(inkling.volumes.includes('inkling-data:/data'));
  assert.match(inkling.environment['CLICKHOUSE_URL'], /@clickhouse:8123$/);
  assert.match(inkling.environment['DATABASE_URL'], /@postgres:5432\/inkling$/);
});

type Manifest = { apiVersion: string; kind: string; metadata: { name: string }; spec: Record<string, never> };

test('kubernetes: a volume of its own, probes, bounds, no root, and a policy for every pod', () => {
  const manifests = parseAllDocuments(read('deploy/kubernetes/inkling.yaml')).map((one) => {
    assert.deepEqual(one.errors, []);
    return one.toJS() as Manifest;
  });
  const of = (kind: string) => manifests.find((one) => one.kind === kind)!;
  assert.deepEqual(
    manifests.map(({ kind }) => kind),
    ['ServiceAccount', 'ConfigMap', 'Service', 'Service', 'StatefulSet', 'PodDisruptionBudget', 'NetworkPolicy'],
  );
  const set = of('StatefulSet').spec as never as {
    serviceName: string;
    selector: { matchLabels: object };
    template: {
      metadata: { labels: object };
      spec: { securityContext: Record<string, unknown>; containers: Container[] };
    };
    volumeClaimTemplates: { metadata: { name: string } }[];
  };
  const [container, ...others] = set.template.spec.containers;
  assert.equal(others.length, 0);
  assert.deepEqual(set.template.metadata.labels, set.selector.matchLabels);
  assert.ok(manifests.some(({ kind, metadata }) => kind === 'Service' && metadata.name === set.serviceName));
  assert.deepEqual(
    [set.template.spec.securityContext['runAsNonRoot'], set.template.spec.securityContext['runAsUser']],
    [true, 10001],
  );
  assert.match(container.image, /:\d/);
  assert.deepEqual(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  assert.ok(
    container.resources.requests.cpu && container.resources.requests.memory && container.resources.limits.memory,
  );
  assert.deepEqual(
    ['startupProbe', 'readinessProbe', 'livenessProbe'].map((probe) => (container as never)[probe]['httpGet']['path']),
    ['/ready', '/ready', '/health'],
  );
  const data = set.volumeClaimTemplates.map(({ metadata }) => metadata.name);
  assert.ok(container.volumeMounts.some(({ name, mountPath }) => data.includes(name) && mountPath === '/data'));
  const policy = of('NetworkPolicy').spec as never as {
    podSelector: { matchLabels: object };
    ingress: { ports: { port: number }[] }[];
  };
  assert.deepEqual(policy.podSelector.matchLabels, set.selector.matchLabels);
  assert.deepEqual(policy.ingress[0].ports[0].port, container.ports[0].containerPort);
  const configured = Object.keys((of('ConfigMap') as never as { data: object }).data);
  const secret = parse(read('deploy/kubernetes/secret.example.yaml')) as { stringData: Record<string, string> };
  for (const name of configured) assert.ok(name in environment && !environment[name].secret, name);
  for (const name of Object.keys(secret.stringData)) assert.ok(environment[name]?.secret, name);
  for (const [name, { secret: hidden }] of Object.entries(environment))
    if (hidden) assert.ok(name in secret.stringData, name);
});

type Container = {
  image: string;
  ports: { containerPort: number }[];
  securityContext: object;
  resources: { requests: { cpu: string; memory: string }; limits: { memory: string } };
  volumeMounts: { name: string; mountPath: string }[];
};
