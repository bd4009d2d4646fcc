import type { MiddlewareHandler } from 'hono';
import { ApiProblem } from './problems.js';

/** The methods that an address takes, by the form of the address. */
export type MethodsByPath = readonly { form: RegExp; methods: readonly string[] }[];

/** Of the routes of an app. What is registered for all methods are its middlewares. */
export function methodsByPath(routes: readonly { method: string; path: string }[]): MethodsByPath {
  const found = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    if (method === 'ALL') continue;
    found.set(path, (found.get(path) ?? new Set()).add(method));
  }
  return [...found].map(([path, own]) => ({
    form: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:[^/]+/g, '[^/]+')}$`),
    methods: [...own, ...(own.has('GET') ? ['HEAD'] : [])].sort(),
  }));
}

/** Refuses other methods than those that an address takes, and says which these are. */
export function knownMethods(of: () => MethodsByPath): MiddlewareHandler {
  return (c, next) => {
    const own = of().find(({ form }) => form.test(c.req.path))?.methods;
    if (own && !own.includes(c.req.method))
      throw new ApiProblem(
        'method_not_allowed',
        `This address takes ${own.join(', ')}, not ${c.req.method}.`,
        {
          methods: own,
        },
      );
    return next();
  };
}
