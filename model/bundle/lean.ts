import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'esbuild';
import { BODIES } from '../../shared/bodies/bodies.ts';
import { EXPLAINERS } from '../../shared/bodies/explainers.ts';
import { FINISHES } from '../../shared/bodies/forest/finishes.ts';
import { WIDES } from '../../shared/bodies/forest/kernels/wides.ts';
import { INTERVAL_KINDS } from '../../shared/bodies/intervals.ts';
import { ROWS_EXPLAINERS } from '../../shared/bodies/rows-explainers.ts';
import { SUMS } from '../../shared/bodies/sums.ts';
import { explainerKindOf, type Predictor } from '../../shared/predict.ts';
import { STEPS } from '../../shared/steps/steps.ts';

/**
 * The kinds of bodies and steps that a package needs, by their names in its artifact, what explains it (its body's types; `rows` where it
 * is explained by its answers), its kinds of intervals, and the kernels that compute it; all of them where nothing is said.
 */
export type NeededKinds = Readonly<Record<'bodies' | 'steps' | 'kinds' | 'explainers' | 'intervals' | 'kernels', readonly string[]>>;

/** The lists that are cut: what each is called in its file, and the names of its entries, in their order. */
const LISTS = [
  { file: 'bodies/bodies.ts', needs: 'bodies', names: BODIES.map(({ types }) => types) },
  { file: 'bodies/explainers.ts', needs: 'explainers', names: EXPLAINERS.map(({ types }) => types) },
  { file: 'bodies/rows-explainers.ts', needs: 'explainers', names: ROWS_EXPLAINERS.map(() => ['rows']) },
  { file: 'bodies/sums.ts', needs: 'explainers', names: SUMS.map(({ types }) => types) },
  { file: 'bodies/forest/finishes.ts', needs: 'kinds', names: FINISHES.map(({ kind }) => [kind]) },
  { file: 'bodies/forest/kernels/wides.ts', needs: 'kinds', names: WIDES.map(({ kinds }) => kinds) },
  { file: 'bodies/intervals.ts', needs: 'intervals', names: INTERVAL_KINDS.map(({ by }) => [by]) },
  { file: 'steps/steps.ts', needs: 'steps', names: STEPS.map(({ step }) => [step]) },
] as const;

/** What only explaining calls: a package without anything that explains has functions that nobody calls in its place. */
const EXPLAINING = ['bodies/explained.ts', 'explain/section.ts'];

/** The kernels that compute forests and boosters, of which a model has one. */
const KERNELS = /[\\/]forest[\\/]kernels[\\/](masks|chain|walk)\.ts$/;

/** What a model's package needs to explain its answers; nothing where its artifact has no section for that. */
export function explainerNames(model: Predictor): string[] {
  if (!model.explainer) return [];
  const { types } = model.body.kind;
  return explainerKindOf(model) ? [...types] : ['rows', ...types];
}

/**
 * An esbuild plugin: of the lists of bodies and steps it leaves only what one artifact names, so that a function's start and its
 * zip cost the same however many kinds there are. The lists are read as they are written: one import and one entry a line.
 */
export function leanLists(needed: () => NeededKinds | undefined): Plugin {
  return {
    name: 'lean-lists',
    setup: ({ onLoad }) => {
      onLoad({ filter: KERNELS }, ({ path: file }) => {
        const kinds = needed();
        const [, name = ''] = KERNELS.exec(file) ?? [];
        if (!kinds || kinds.kernels.includes(name)) return undefined;
        // In its place stands what fits no forest.
        return {
          contents: functionsOf(readFileSync(file, 'utf8'))
            .map((one) => `export function ${one}() {}\n`)
            .join(''),
        };
      });
      onLoad(
        {
          filter:
            /[\\/]shared[\\/](?:bodies[\\/](?:bodies|explained|explainers|intervals|rows-explainers|sums)|bodies[\\/]forest[\\/](?:finishes|kernels[\\/]wides)|explain[\\/]section|steps[\\/]steps)\.ts$/,
        },
        ({ path: file }) => {
          const place = file.split(path.sep).join('/');
          const kinds = needed();
          if (kinds?.explainers.length === 0 && EXPLAINING.some((one) => place.endsWith(`shared/${one}`)))
            return { contents: uncalled(readFileSync(file, 'utf8'), 'made of an artifact that explains nothing'), loader: 'ts' };
          const list = LISTS.find((one) => place.endsWith(`shared/${one.file}`));
          if (!list || !kinds) return undefined;
          const keep = list.names.map((names) => names.some((name) => kinds[list.needs].includes(name)));
          return { contents: cutList(readFileSync(file, 'utf8'), keep, list.file), loader: 'ts' };
        },
      );
    },
  };
}

/**
 * An esbuild plugin: leaves out what AWS's SDK reads a browser's name with (bowser). The SDK loads it in browsers alone
 * (@aws-sdk/core, createUserAgentStringParsingProvider), and its bundle for Node still has it: 8 KB of each zip.
 */
export const withoutBrowsers: Plugin = {
  name: 'without-browsers',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^bowser$/ }, () => ({ path: 'bowser', namespace: 'without-browsers' }));
    onLoad({ filter: /./, namespace: 'without-browsers' }, () => ({ contents: 'export const parse = undefined;' }));
  },
};

/**
 * An esbuild plugin: of the package.json files that AWS's SDK imports for their versions (runtimeConfig.js of each client) it leaves name and
 * version, and not what builds the package.
 */
export const versionsAlone: Plugin = {
  name: 'versions-alone',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, ({ path: file }) => {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };
      return { contents: JSON.stringify({ name, version }), loader: 'json' };
    });
  },
};

/** An esbuild plugin: a function of an API that asks nobody does without what asks; one without keys, without their table and its client. */
export function leanAccess(auth: () => string | undefined): Plugin {
  return {
    name: 'lean-access',
    setup: ({ onLoad }) => {
      onLoad({ filter: /[\\/]functions[\\/]access[\\/](?:access|keys|keys-table)\.ts$/ }, ({ path: file }) => {
        const isUsed = path.basename(file) === 'access.ts' ? auth() !== 'none' : auth() === 'keys';
        return isUsed ? undefined : { contents: uncalled(readFileSync(file, 'utf8'), `made for auth=${auth()}`), loader: 'ts' };
      });
    },
  };
}

/** A source whose functions do nothing but say that nobody calls them. */
function uncalled(source: string, why: string): string {
  const names = functionsOf(source);
  return names.map((name) => `export function ${name}() { throw new Error('${name}: this package was ${why}'); }\n`).join('');
}

/** The names of the functions that a source exports. */
function functionsOf(source: string): string[] {
  return Array.from(source.matchAll(/^export function (\w+)/gm), ([, name]) => name as string);
}

/** The source of a list with the entries to keep, and without the imports of the others. Throws where it is written in another form. */
export function cutList(source: string, keep: readonly boolean[], file: string): string {
  const entries = Array.from(source.matchAll(/^ {2}(\w+),(?: \/\/.*)?$/gm), ([line, name]) => ({ line, name: name as string }));
  if (entries.length !== keep.length) {
    throw new Error(`shared/${file}: found ${entries.length} entries that stand alone on a line, expected ${keep.length}`);
  }
  return entries.reduce((text, { line, name }, at) => {
    if (keep[at]) return text;
    const without = text.replace(`${line}\n`, '');
    return without.replace(new RegExp(`^import \\{ ${name} \\} from [^\\n]*\\n`, 'm'), '');
  }, source);
}
