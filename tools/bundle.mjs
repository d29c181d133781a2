import { chmodSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// Bundles src/cli/main.ts into dist/slipway.mjs. `--version` needs the entry alone; everything behind a dynamic import
// is a chunk of its own. Optional native parts of ssh2 and the browser loaders of nunjucks stay outside.
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// dockerode's session for BuildKit and its decoder bring gRPC and protobuf, 2 MB that are read at every start. Nothing of
// ours calls them (builders drop that session, which has no health service), and a bundle could not find their .proto files.
const withoutGrpc = {
  name: 'without-grpc',
  setup: (bundler) => {
    bundler.onLoad({ filter: /dockerode\/lib\/(session|buildkit)\.js$/ }, () => ({
      contents: "module.exports = () => { throw new Error('not in the bundle: the session of dockerode'); };",
      loader: 'js',
    }));
  },
};

rmSync(join(root, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { slipway: 'src/cli/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  plugins: [withoutGrpc],
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['cpu-features', '*.node', 'chokidar', 'fsevents'],
  // What CommonJS modules take for granted and ES modules lack.
  banner: {
    js: [
      "import { createRequire as slipwayRequire } from 'node:module';",
      'const require = slipwayRequire(import.meta.url);',
      'const __dirname = import.meta.dirname, __filename = import.meta.filename;',
    ].join(' '),
  },
  sourcemap: false,
  legalComments: 'linked',
  logLevel: 'warning',
});
chmodSync(join(root, 'dist/slipway.mjs'), 0o755);
