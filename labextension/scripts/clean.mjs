// Removes everything that a build makes.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

for (const path of [
  '../lib',
  '../../kernel_ext/daglab/labextension',
  '../../kernel_ext/daglab/widget/static/widget.js',
  '../../kernel_ext/daglab/widget/static/widget.css'
]) {
  rmSync(fileURLToPath(new URL(path, import.meta.url)), { recursive: true, force: true });
}
