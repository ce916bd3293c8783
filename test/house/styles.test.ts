// A component of Mantine without its style sheet is drawn raw: a check mark as large as the form, a bar that nobody sees.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ui = fileURLToPath(new URL('../../ui/src/', import.meta.url));
const sheets = join(dirname(fileURLToPath(import.meta.resolve('@mantine/core/styles.css'))), 'styles');

test('every component that the dashboard uses has its style sheet', () => {
  const loaded = readFileSync(join(ui, 'styles.ts'), 'utf8');
  const used = globSync('**/*.tsx', { cwd: ui }).flatMap((file) =>
    [...readFileSync(join(ui, file), 'utf8').matchAll(/import \{([^}]+)\} from '@mantine\/core'/g)].flatMap(
      ([, names]) => names.split(',').map((name) => name.trim()),
    ),
  );
  const styled = [...new Set(used)].filter((name) => existsSync(join(sheets, `${name}.css`)));
  assert.ok(styled.length > 10, `${styled.length} components`);
  assert.deepEqual(
    styled.filter((name) => !loaded.includes(`/${name}.css'`)),
    [],
  );
});
