/** Whether `root`/node_modules has the packages of the lock file, compared by content. */
export function packagesAreThere(root: string): boolean;
/** Returns the failures of the ways that were tried before. @throws NoWay if no way works. */
export function installPackages(root: string): Promise<string[]>;
