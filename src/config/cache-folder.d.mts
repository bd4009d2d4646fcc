/** What decides where files are: environment variables, `process.platform`, the home folder. */
export interface Machine {
  env: Record<string, string | undefined>;
  platform: string;
  home: string;
}

/** `$XDG_CACHE_HOME/auto-promotion`, or the system's place for caches. */
export function cacheFolder(machine: Machine): string;
/** Of the process that asks. */
export function thisCacheFolder(): string;
