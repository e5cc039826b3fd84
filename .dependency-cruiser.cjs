// The walls of style.md section 2: who may import whom. Each rule names the alternative.
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(shared|main|renderer|preload|test|bench)/', pathNot: [from, ...allowed] },
});
const values = '^shared/values/';
const errors = '^shared/errors[.]ts$';
const billing = '^shared/billing/';
const rating = '^shared/rating/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('values', values, [errors], 'Values stand on errors alone; pass what you need as an argument.'),
    only('billing', billing, [values, errors], 'The nouns know no arithmetic: move it to rating or reconciliation.'),
    only(
      'rating',
      rating,
      [billing, values, errors],
      'Rating is given quantities and prices; it never looks at usage.',
    ),
    only(
      'reconciliation',
      '^shared/reconciliation/',
      [rating, billing, values, errors],
      'Reconciliation is pure: load in main/cache, compare here.',
    ),
    only(
      'simulation',
      '^shared/simulation/',
      ['^shared/reports/invoice-json[.]ts$', rating, billing, values, errors],
      'The simulation is pure: servers are in main/sandbox.',
    ),
    only(
      'reports',
      '^shared/reports/',
      ['^shared/reconciliation/', rating, billing, values, errors],
      'Reports turn results into text; they load nothing.',
    ),
    only(
      'contract',
      '^shared/contract/',
      ['^shared/reconciliation/result[.]ts$', billing, values, errors],
      'The contract knows shapes only; implement it in main/api.',
    ),
    only(
      'sources',
      '^main/sources/',
      ['^shared/'],
      'A source speaks our words; storing is the pull, choosing is compose.',
    ),
    only('cache', '^main/cache/', ['^shared/', '^main/config/'], 'The cache stores and loads; it asks no source.'),
    only(
      'config',
      '^main/config/',
      ['^shared/', '^main/sources/(usage|evidence)-source[.]ts$'],
      'Configuration is read, not acted on.',
    ),
    only(
      'pull',
      '^main/pull/',
      ['^shared/', '^main/cache/', '^main/config/', '^main/sources/(usage|billing|evidence)-source[.]ts$'],
      'The pull sees ports, not adapters.',
    ),
    only('sandbox', '^main/sandbox/', ['^shared/'], 'The sandbox serves others; it knows none of them.'),
    only(
      'hosts',
      '^main/hosts/',
      ['^shared/contract/', errors, values],
      'Hosts carry calls and know nothing about billing.',
    ),
    only('jobs', '^main/jobs/', ['^shared/'], 'The runner starts threads; what they do is composed in main/worker.ts.'),
    only(
      'api',
      '^main/api/',
      ['^shared/', '^main/cache/', '^main/jobs/', '^main/config/'],
      'The api loads, calls the pure core and saves.',
    ),
    only(
      'renderer',
      '^renderer/',
      // What is copied from a table is the CSV that an export writes.
      ['^shared/contract/', '^shared/reports/csv[.]ts$', values, errors],
      'Screens ask the contract; a missing figure is added there.',
    ),
    only('preload', '^preload/', ['^shared/contract/bridge[.]ts$', errors], 'The preload is a keyhole.'),
    {
      name: 'sandbox-is-composed',
      comment: 'Only compose, the sample and tests may start a sandbox.',
      severity: 'error',
      from: { path: '^main/', pathNot: ['^main/sandbox/', '^main/compose[.]ts$', '^main/sample/'] },
      to: { path: '^main/sandbox/' },
    },
    {
      name: 'shared-is-pure',
      comment: 'shared/ runs anywhere: no Node, no DOM, no native module.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^(shared|main|renderer|preload)/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // TypeScript 7 has no API to parse with; swc stands in for it.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
