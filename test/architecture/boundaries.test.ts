import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/mutant.js';

const CONFIG = path.join(ROOT, '.dependency-cruiser.cjs');
const { forbidden } = createRequire(import.meta.url)(CONFIG) as {
  forbidden: { name: string; comment?: string }[];
};

/** By rule, files that break it. Each is a copy of how such a change would look, with the parts that it needs. */
const BROKEN: Record<string, Record<string, string>> = {
  'no-cycles': {
    'src/domain/one.ts': "import type { Two } from './two.js';\nexport type One = Two[];\n",
    'src/domain/two.ts': "import type { One } from './one.js';\nexport type Two = { one: One };\n",
  },
  'no-unresolvable': { 'src/service/lost.ts': "import './nowhere.js';\n" },
  'src-stands-alone': {
    'src/service/tested.ts': "import '../../test/support/helper.js';\n",
    'test/support/helper.ts': 'export const help = 1;\n',
  },
  'domain-is-pure': { 'src/domain/clocked.ts': "import 'node:fs';\n" },
  'contract-knows-only-the-domain': { 'src/contract/vendor.ts': "import '@temporalio/client';\n" },
  'workflows-are-deterministic': { 'src/workflows/reading-files.ts': "import 'node:fs';\n" },
  'activities-are-called-through-proxies': {
    'src/workflows/direct.ts': "import type { A } from '../activities/a.js';\nexport type B = A;\n",
    'src/activities/a.ts': 'export type A = 1;\n',
  },
  'activities-know-no-workflow': {
    'src/activities/calling.ts': "import '../workflows/w.js';\n",
    'src/workflows/w.ts': 'export {};\n',
  },
  'clients-know-no-caller': {
    'src/clients/calling.ts': "import '../activities/b.js';\n",
    'src/activities/b.ts': 'export {};\n',
  },
  'api-starts-workflows-by-name': {
    'src/api/starting.ts': "import '../workflows/v.js';\n",
    'src/workflows/v.ts': 'export {};\n',
  },
  'pages-read-by-the-api': {
    'src/web/reading.ts': "import '../clients/postgres/some.js';\n",
    'src/clients/postgres/some.ts': 'export {};\n',
  },
  'api-mounts-pages-in-one-file': {
    'src/api/showing.ts': "import '../web/page.js';\n",
    'src/web/page.ts': 'export {};\n',
  },
  'forecasts-never-decide': {
    'src/domain/decision/advised.ts': "import '../forecast/advice.js';\n",
    'src/domain/forecast/advice.ts': 'export {};\n',
  },
  'vendor-sdks-in-clients': {
    'src/service/pool.ts': "import type pg from 'pg';\nexport type Pool = pg.Pool;\n",
  },
  'meta-sdk-in-one-file': { 'src/clients/meta/second.ts': "import 'facebook-nodejs-business-sdk';\n" },
  'sandbox-is-optional': {
    'src/service/embedded.ts': "import '../sandbox/ports.js';\n",
    'src/sandbox/ports.ts': 'export {};\n',
  },
  'tools-and-entry-points-are-ends': {
    'src/service/tooling.ts': "import '../tools/demo.js';\n",
    'src/tools/demo.ts': 'export {};\n',
  },
};

describe('the boundaries', () => {
  let copy: string;
  let broken: { rule: string; from: string }[];

  beforeAll(() => {
    copy = mkdtempSync(path.join(os.tmpdir(), 'auto-promotion-boundaries-'));
    for (const files of Object.values(BROKEN))
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
        writeFileSync(path.join(copy, file), text);
      }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
    symlinkSync(path.join(ROOT, 'tsconfig.json'), path.join(copy, 'tsconfig.json'));
    const { stdout } = spawnSync(
      process.execPath,
      [
        path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        ...['--config', CONFIG, '--preserve-symlinks', '--output-type', 'json', 'src', 'test'],
      ],
      { cwd: copy, encoding: 'utf8', timeout: 60_000 },
    );
    const { summary } = JSON.parse(stdout) as {
      summary: { violations: { rule: { name: string }; from: string }[] };
    };
    broken = summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('each have a sentence that says why, and a broken copy here', () => {
    expect(forbidden.map(({ name }) => name).sort()).toEqual(Object.keys(BROKEN).sort());
    for (const { comment } of forbidden) expect(comment).toMatch(/^[A-Z].*\.$/s);
  });

  it('are in docs/architecture.md, each with its reason', () => {
    const document = readFileSync(path.join(ROOT, 'docs/architecture.md'), 'utf8');
    const listed = [...document.matchAll(/^\| `([a-z-]+)` \| .+ \| .+ \|$/gm)].map(([, name]) => name!);
    expect(listed.filter((name) => name in BROKEN).sort()).toEqual(Object.keys(BROKEN).sort());
  });

  it.each(Object.entries(BROKEN))('%s: a copy that breaks it fails', (rule, files) => {
    const [first] = Object.keys(files);
    expect(broken).toContainEqual({ rule, from: first });
  });

  it('are broken by nothing else than the file that was meant to', () => {
    const meant = Object.values(BROKEN).flatMap((files) => Object.keys(files));
    expect(broken.filter(({ from }) => !meant.includes(from))).toEqual([]);
  });
});
