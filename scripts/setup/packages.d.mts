/** Whether `root`/node_modules holds what the lock file asks for, by content. */
export function packagesAreThere(root: string): boolean;
/** @throws where `npm ci` fails. Answers with the failures on the way. */
export function installPackages(root: string): Promise<string[]>;
