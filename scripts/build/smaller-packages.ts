import { readFile } from 'node:fs/promises';
import { type Plugin, transform } from 'esbuild';

const usedCredentials = `
export { ClientAssertionCredential } from './credentials/clientAssertionCredential.js';
export { ClientSecretCredential } from './credentials/clientSecretCredential.js';
export { ManagedIdentityCredential } from './credentials/managedIdentityCredential/index.js';`;

/**
 * The host reads and parses the whole bundle before it can answer anybody, so that what the app never runs costs each cold start. None of this
 * changes what runs:
 * - names inside packages become short; those of our own code stay, because a start-up error prints its line and its stack;
 * - zod's messages in 50 languages go: nobody asks for one, and zod itself takes the English ones from their own file;
 * - of @azure/identity stay the three credentials that the settings know (`identity-credentials.ts`): not those of people and their tools;
 * - apache-arrow goes: storage-blob loads it for lists in that format, which nobody asks for; asked for, it is told.
 */
export function smallerPackages(): Plugin {
  return {
    name: 'smaller-packages',
    setup: (bundle) => {
      bundle.onResolve({ filter: /^apache-arrow$/ }, () => ({ path: 'apache-arrow', namespace: 'left-out' }));
      bundle.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
        contents: `throw new Error('${path} is not in this bundle (scripts/build/smaller-packages.ts)');`,
        loader: 'js',
      }));
      bundle.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
        contents: `export { default as en } from './en.js';`,
        loader: 'js',
      }));
      bundle.onLoad({ filter: /[\\/]@azure[\\/]identity[\\/]dist[\\/]esm[\\/]index\.js$/ }, () => ({
        contents: usedCredentials,
        loader: 'js',
      }));
      bundle.onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => {
        const { code } = await transform(await readFile(path, 'utf8'), {
          minifyIdentifiers: true,
          loader: 'js',
          legalComments: 'none',
        });
        return { contents: code, loader: 'js' };
      });
    },
  };
}

/**
 * zod gives all of itself under the name `z`, and esbuild keeps all of an object that a package makes. Of a module that we import whole it keeps
 * what is used: the same names, and half of the code.
 */
export function onlyUsedOfZod(): Plugin {
  return {
    name: 'only-used-of-zod',
    setup: (bundle) => {
      bundle.onLoad({ filter: /[\\/](?:shared|functions)[\\/].*\.ts$/ }, async ({ path }) => {
        if (/[\\/]node_modules[\\/]/.test(path)) return undefined;
        const code = await readFile(path, 'utf8');
        return {
          contents: code.replace(/^import \{ z \} from 'zod';$/m, `import * as z from 'zod';`),
          loader: 'ts',
        };
      });
    },
  };
}

/** A large table is read sooner as JSON than as code, and not before somebody asks for it. */
export function tablesAsText(): Plugin {
  return {
    name: 'tables-as-text',
    setup: (bundle) => {
      bundle.onLoad({ filter: /[\\/]products\.json$/ }, async ({ path }) => {
        const content: unknown = JSON.parse(await readFile(path, 'utf8'));
        const text = JSON.stringify(JSON.stringify(content));
        const parts = Object.keys(Object(content) as object).map(
          (name) => `get ${name}() { return (made ??= JSON.parse(text)).${name}; }`,
        );
        return {
          contents: `let made; const text = ${text}; export default { ${parts.join(', ')} };`,
          loader: 'js',
        };
      });
    },
  };
}
