/** What may import what, and why: docs/architecture.md draws it. Type-only imports count. */

/** The parser has no option for JSX: without this, each page is a syntax error to it. */
const swc = require('@swc/core');
const parseFile = swc.parseFileSync;
swc.parseFileSync = (file, options) => parseFile(file, { ...options, tsx: file.endsWith('.tsx') });

const PRODUCT = '^src/(?!bin/|tools/|sandbox/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that import each other can only be understood, tested and moved together.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere hides what a file depends on.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'src-stands-alone',
      comment:
        'The image contains src/ only: an import from scripts/, test/ or bench/ would fail in production.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(scripts|test|bench|[.]ci)/' },
    },
    {
      name: 'domain-is-pure',
      comment:
        'The domain takes time, randomness and money as arguments, so that each rule can be tested as a function.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: ['^src/domain/', '^node_modules/jstat/'] },
    },
    {
      name: 'contract-knows-only-the-domain',
      comment: 'Workflows, activities and API share the contract; it must load without any of them.',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { pathNot: '^src/(contract|domain)/' },
    },
    {
      name: 'forecasts-never-decide',
      comment:
        'A forecast is advice, and an insight is an opinion: no rule, gate, rollout or verification, and no activity that decides or writes budgets, may read one.',
      severity: 'error',
      from: {
        path: [
          '^src/domain/(evidence|decision|rollout|verification|messages)/',
          '^src/domain/[a-z-]+[.]ts$',
          '^src/activities/(looks|gates|promotions|budgets|budget-[a-z]+|drops|observations|plan-checks|verification|rechecks|write-limits)[.]ts$',
          '^src/workflows/(?!learning|insights|index|proxies)',
        ],
      },
      to: {
        path: [
          '^src/domain/(forecast|preference|patterns|creative|insights)/',
          '^src/activities/(learning/|insights/|patterns)',
          '^src/clients/claude/',
          '^src/archive/',
        ],
      },
    },
    {
      name: 'workflows-are-deterministic',
      comment:
        'A workflow is replayed: it may use the domain, the contract and the workflow SDK, and nothing that reads a clock, a network or a file.',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: {
        pathNot: [
          '^src/(workflows|domain|contract|activities)/',
          '^node_modules/@temporalio/(workflow|common)/',
        ],
      },
    },
    {
      name: 'activities-are-called-through-proxies',
      comment:
        'The file proxies.ts holds the time-outs and retries of every activity, and imports their types alone: the bundler refuses their code.',
      severity: 'error',
      from: { path: '^src/workflows/', pathNot: '^src/workflows/proxies[.]ts$' },
      to: { path: '^src/activities/' },
    },
    {
      name: 'activities-know-no-workflow',
      comment: 'Activities are called by workflows; what both know is in the contract.',
      severity: 'error',
      from: { path: '^src/activities/' },
      to: { path: '^src/(workflows|api|service|sandbox|tools|bin)/' },
    },
    {
      name: 'clients-know-no-caller',
      comment: 'A client wraps one outside system; whoever calls it can be replaced.',
      severity: 'error',
      from: { path: '^src/clients/' },
      to: { path: '^src/(workflows|activities|api|service|sandbox|tools|bin)/' },
    },
    {
      name: 'api-starts-workflows-by-name',
      comment:
        'The API knows a workflow by its name in the contract; loading its code would tie their releases together.',
      severity: 'error',
      from: { path: '^src/api/' },
      to: { path: '^src/(workflows|service|sandbox|tools|bin)/' },
    },
    {
      name: 'pages-read-by-the-api',
      comment:
        'A page shows what the API answers, by its functions: it starts nothing and reads no store of its own.',
      severity: 'error',
      from: { path: '^src/web/' },
      to: { path: '^src/(clients/postgres|activities|workflows|service|sandbox|tools|bin)/' },
    },
    {
      name: 'api-mounts-pages-in-one-file',
      comment:
        'The resources of the API know no page; app.ts and accounts-app.ts alone put the two together, for one account and for several.',
      severity: 'error',
      from: { path: '^src/api/', pathNot: '^src/api/(accounts-)?app[.]ts$' },
      to: { path: '^src/web/' },
    },
    {
      name: 'vendor-sdks-in-clients',
      comment:
        'Vendor types and vendor errors stop at the client, so that an upgrade of an SDK touches one folder.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(clients|sandbox)/' },
      to: {
        path: '^node_modules/(pg|facebook-nodejs-business-sdk|@anthropic-ai/sdk|@electric-sql|@energetic-ai|onnxruntime-common)/',
      },
    },
    {
      name: 'meta-sdk-in-one-file',
      comment: "The traps of Meta's SDK end in sdk.ts; every call goes through graph-client.ts beneath it.",
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/clients/meta/sdk[.]ts$' },
      to: { path: '^node_modules/(@types/)?facebook-nodejs-business-sdk/' },
    },
    {
      name: 'sandbox-is-optional',
      comment: 'Nothing of the product depends on the embedded default: production runs without it.',
      severity: 'error',
      from: { path: PRODUCT },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'tools-and-entry-points-are-ends',
      comment: 'A tool or an entry point is started, not imported.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(bin|tools)/' },
      to: { path: '^src/(bin|tools)/' },
    },
  ],
  options: {
    // TypeScript 7 has no API for other programs; swc, which Temporal brings, reads type-only imports too.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
