// Bundles the notebook widget: one ES module and one style sheet, without dependencies.
import { build } from 'esbuild';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const outdir = fileURLToPath(new URL('../kernel_ext/daglab/widget/static/', root));
// executed notebooks carry a copy of the module, so it has to stay small
const LIMIT = 100_000;

await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: [
    { in: 'src/widget.ts', out: 'widget' },
    { in: 'style/dag.css', out: 'widget' }
  ],
  outdir,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none'
});

const { size } = statSync(`${outdir}widget.js`);
if (size > LIMIT) {
  throw new Error(`widget.js has ${size} bytes; it has to stay below ${LIMIT}`);
}
console.log(`widget.js: ${size} bytes`);
