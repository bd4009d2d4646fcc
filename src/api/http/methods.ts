import type { MiddlewareHandler } from 'hono';
import { ApiProblem } from './problems.js';

/** The methods that each path takes; `form` matches the path of a request. */
export type MethodsByPath = readonly { form: RegExp; methods: readonly string[] }[];

/** `routes`: those of an app. Routes for all methods are its middlewares. */
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

/** Refuses a method that the path doesn't take, and lists those that it takes. `of` is called per request. */
export function knownMethods(of: () => MethodsByPath): MiddlewareHandler {
  return (c, next) => {
    const own = of().find(({ form }) => form.test(c.req.path))?.methods;
    if (own && !own.includes(c.req.method))
      throw new ApiProblem(
        'method_not_allowed',
        `This address takes ${own.join(', ')}, not ${c.req.method}.`,
        { methods: own },
      );
    return next();
  };
}
